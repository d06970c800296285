//! The flags of `RUN`: mounts, devices, network, security.

use super::*;

fn mount(flag: &str) -> Result<Mount> {
    run_mount::parse(flag, Some(&mut |word| Ok(word.replace("$X", "/x"))))
}

#[test]
fn runs_have_defaults_for_their_flags() {
    let plain = run("RUN a");
    assert_eq!(
        (plain.network.as_str(), plain.security.as_str()),
        ("default", "sandbox")
    );
    let all = run(
        "RUN --security=insecure --network=none --mount=from=x,target=$X --mount=type=ssh --device=v/c=n,required a",
    );
    assert_eq!(
        (all.network.as_str(), all.security.as_str()),
        ("none", "insecure")
    );
    assert_eq!(all.flags_used, ["security", "network", "mount", "device"]);
    assert_eq!(all.mount_flags, ["from=x,target=$X", "type=ssh"]);
    assert_eq!(all.mounts[0].from, "x");
    // The type isn't known before variables are.
    assert_eq!(all.mounts[1].kind, MountType::Bind);
    assert_eq!(
        all.devices,
        [Device {
            name: "v/c=n".into(),
            required: true
        }]
    );
    let mounts = all
        .expand_mounts(&mut |word| Ok(word.replace("$X", "/x")))
        .unwrap();
    assert_eq!(
        (mounts[0].target.as_str(), mounts[1].kind),
        ("/x", MountType::Ssh)
    );
    let text = "FROM a\nRUN --security=insecure --network=none --mount=from=x";
    assert_eq!(all.mount_spans[0].start, text.len() - "from=x".len());
}

#[test]
fn mounts_are_read() {
    let cache = mount("type=Cache,target=$X,id=i,sharing=locked,mode=0755,uid=1,gid=2,ro").unwrap();
    assert_eq!(
        (cache.kind, cache.sharing),
        (MountType::Cache, Some(Sharing::Locked))
    );
    assert_eq!((cache.target.as_str(), cache.read_only), ("/x", true));
    assert_eq!(
        (cache.mode, cache.uid, cache.gid),
        (Some(0o755), Some(1), Some(2))
    );
    assert!(mount("target=a").unwrap().read_only);
    assert!(!mount("target=a,rw").unwrap().read_only);
    assert!(!mount("type=cache").unwrap().read_only);
    assert_eq!(mount("type=tmpfs,size=1g").unwrap().size_limit, 1 << 30);
    let secret = mount("type=secret,id=a,env=,required").unwrap();
    assert_eq!((secret.env.as_deref(), secret.required), (Some(""), true));
    assert_eq!(
        mount("\"source=a,b\",dst=\"").unwrap_err().message,
        "failed to parse csv mounts: parse error on line 1, column 18: bare \" in non-quoted-field"
    );
}

#[test]
fn mounts_can_be_wrong() {
    for (flag, want) in [
        ("", "failed to parse csv mounts: EOF"),
        ("a", "invalid field 'a' must be a key=value pair"),
        (
            "tpye=x",
            "unexpected key 'tpye' in 'tpye=x' (did you mean type?)",
        ),
        ("zzzzz=y", "unexpected key 'zzzzz' in 'zzzzz=y'"),
        (
            "type=secert",
            "unsupported mount type \"secert\" (did you mean secret?)",
        ),
        (
            "type=cache,sharing=lcked",
            "unsupported sharing value \"lcked\" (did you mean locked?)",
        ),
        ("ro=yes", "invalid value for ro: yes"),
        ("rw=", "invalid value for rw: "),
        (
            "required",
            "unexpected key 'required' for mount type 'bind'",
        ),
        (
            "type=cache,required=true",
            "unexpected key 'required' for mount type 'cache'",
        ),
        ("size=1", "unexpected key 'size' for mount type 'bind'"),
        ("type=tmpfs,size=x", "invalid value for size: x"),
        ("type=cache,mode=8", "invalid value 8 for mode"),
        ("type=cache,uid=+1", "invalid value +1 for uid"),
        (
            "type=cache,gid=4294967296",
            "invalid value 4294967296 for gid",
        ),
        ("mode=0", "mode not allowed for \"bind\" type mounts"),
        (
            "type=tmpfs,gid=0",
            "gid not allowed for \"tmpfs\" type mounts",
        ),
        ("type=secret,from=a", "secret mount should not have a from"),
        (
            "type=secret,sharing=shared",
            "secret mount should not define sharing",
        ),
        (
            "type=secret",
            "invalid secret mount. one of source, target required",
        ),
        ("type=secret,src=a,id=b", "both source and id can't be set"),
        ("sharing=shared", "invalid cache sharing set for bind mount"),
    ] {
        assert_eq!(mount(flag).unwrap_err().message, want, "{flag}");
    }
    assert_eq!(
        error("RUN --mount=from=$X,type=nonsense a"),
        "'from' doesn't support variable expansion, define alias stage instead"
    );
    assert_eq!(
        run("RUN --mount=type=nonsense,from=a$ a").mounts[0].from,
        "a$"
    );
}

#[test]
fn devices_can_be_wrong() {
    for (flag, want) in [
        ("a,b", "invalid field 'b' must be a key=value pair"),
        ("name=a,name=b", "device name already set to a"),
        ("a,required=x", "invalid value for required: x"),
        (
            "a,nam=b",
            "unexpected key 'nam' in 'nam=b' (did you mean name?)",
        ),
        (
            "\"",
            "failed to parse csv devices: parse error on line 1, column 2: extraneous or missing \" in quoted-field",
        ),
    ] {
        assert_eq!(run_device::parse(flag).unwrap_err().message, want, "{flag}");
    }
    // A mistake in a device is reported before one in a mount, a network or a security mode.
    assert_eq!(
        error("RUN --security=x --network=x --mount=from=$a --device=a,b c"),
        "invalid field 'b' must be a key=value pair"
    );
}
