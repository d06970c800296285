//! Limits of `RUN` containers: `ulimit`, memory and CPU. The error messages are those of the reference frontend.

use std::collections::BTreeMap;

use fromtier_dockerfile::error::{Error, Result};
use fromtier_gostd::csv;
use fromtier_gostd::strconv::{parse_int, parse_uint, quote};
use fromtier_proto::pb::{LinuxResources, Ulimit};

const ULIMITS: [&str; 15] = [
    "core",
    "cpu",
    "data",
    "fsize",
    "locks",
    "memlock",
    "msgqueue",
    "nice",
    "nofile",
    "nproc",
    "rss",
    "rtprio",
    "rttime",
    "sigpending",
    "stack",
];

/// Parses `ulimit`: `nofile=1024:2048,nproc=64`, in CSV.
pub fn parse_ulimits(text: &str) -> Result<Vec<Ulimit>> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let fields = csv::fields(text)?;
    fields.iter().map(|field| parse_ulimit(field)).collect()
}

fn parse_ulimit(field: &str) -> Result<Ulimit> {
    let (name, value) = field
        .split_once('=')
        .ok_or_else(|| Error::new(format!("invalid ulimit argument: {field}")))?;
    if !ULIMITS.contains(&name) {
        return Err(Error::new(format!("invalid ulimit type: {name}")));
    }
    let parts: Vec<&str> = value.split(':').collect();
    let (soft, hard) = match parts[..] {
        [one] => {
            let soft = parse_int(one)?;
            (soft, soft)
        }
        [soft, hard] => {
            let hard = parse_int(hard)?;
            (parse_int(soft)?, hard)
        }
        _ => {
            return Err(Error::new(format!(
                "too many limit value arguments - {value}, can only have up to two, `soft[:hard]`"
            )));
        }
    };
    let order = "ulimit soft limit must be less than or equal to hard limit";
    if hard != -1 && soft == -1 {
        return Err(Error::new(format!(
            "{order}: soft: -1 (unlimited), hard: {hard}"
        )));
    }
    if hard != -1 && soft > hard {
        return Err(Error::new(format!("{order}: {soft} > {hard}")));
    }
    Ok(Ulimit {
        name: name.to_owned(),
        soft,
        hard,
    })
}

/// Parses the resource options of a build (`memory`, `cpushares`, …). None if no option sets a limit.
pub fn parse_resources(opts: &BTreeMap<String, String>) -> Result<Option<LinuxResources>> {
    let get = |key: &str| opts.get(key).map_or("", String::as_str);
    let must_be = |key: &str, what: &str| {
        Error::new(format!("invalid {key} value: {}: must be {what}", get(key)))
    };
    let context = |key: &str| format!("invalid {key} value: {}", get(key));
    let invalid = |key: &str| {
        let context = context(key);
        move |e: fromtier_gostd::Error| e.wrap(context)
    };
    let positive = |key: &str| -> Result<i64> {
        match get(key) {
            "" => Ok(0),
            text => match parse_int(text).map_err(invalid(key))? {
                n if n <= 0 => Err(must_be(key, "> 0")),
                n => Ok(n),
            },
        }
    };
    let unsigned = |key: &str| -> Result<u64> {
        match get(key) {
            "" => Ok(0),
            text => match parse_uint(text).map_err(invalid(key))? {
                0 => Err(must_be(key, "> 0")),
                n => Ok(n),
            },
        }
    };
    let set = |key: &str| -> Result<String> {
        check_cpuset(get(key)).map_err(|e| e.wrap(context(key)))?;
        Ok(get(key).to_owned())
    };
    let memory = positive("memory")?;
    let memory_swap = match get("memswap") {
        "" => 0,
        text => match parse_int(text).map_err(invalid("memswap"))? {
            n if n < -1 || n == 0 => return Err(must_be("memswap", "-1 (unlimited) or > 0")),
            n => n,
        },
    };
    let resources = LinuxResources {
        memory,
        memory_swap,
        cpu_shares: unsigned("cpushares")?,
        cpu_period: unsigned("cpuperiod")?,
        cpu_quota: positive("cpuquota")?,
        cpuset_cpus: set("cpusetcpus")?,
        cpuset_mems: set("cpusetmems")?,
    };
    Ok((resources != LinuxResources::default()).then_some(resources))
}

/// The largest CPU or memory node that a set can name.
const MAX_CPU: i64 = 8192;

/// Checks a set such as `0-3,5`.
fn check_cpuset(text: &str) -> Result<()> {
    for part in text.split(',').map(str::trim).filter(|p| !p.is_empty()) {
        let number = |t: &str| parse_int(t).unwrap_or(-1);
        let (kind, ok, top) = match part.split_once('-') {
            None => ("element", number(part) >= 0, number(part)),
            Some((low, high)) => {
                let (low, high) = (number(low.trim()), number(high.trim()));
                ("range", low >= 0 && high >= low, high)
            }
        };
        let part = quote(part);
        if !ok {
            return Err(Error::new(format!("invalid cpuset {kind} {part}")));
        }
        if top > MAX_CPU {
            return Err(Error::new(format!(
                "cpuset {kind} {part} exceeds maximum {MAX_CPU}"
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ulimits_read_soft_and_hard() {
        let limits = parse_ulimits("nofile=1024:2048,nproc=64").unwrap();
        assert_eq!(limits[0].hard, 2048);
        assert_eq!((limits[1].soft, limits[1].hard), (64, 64));
    }

    #[test]
    fn a_broken_ulimit_is_explained() {
        for (text, message) in [
            ("nofile", "invalid ulimit argument: nofile"),
            ("foo=1", "invalid ulimit type: foo"),
            (
                "nofile=1:2:3",
                "too many limit value arguments - 1:2:3, can only have up to two, `soft[:hard]`",
            ),
            (
                "nofile=3:2",
                "ulimit soft limit must be less than or equal to hard limit: 3 > 2",
            ),
            (
                "nofile=x",
                "strconv.ParseInt: parsing \"x\": invalid syntax",
            ),
        ] {
            assert_eq!(parse_ulimits(text).unwrap_err().message, message);
        }
    }

    #[test]
    fn resources_are_checked_and_absent_by_default() {
        let read = |pairs: &[(&str, &str)]| {
            let pairs = pairs.iter();
            parse_resources(&pairs.map(|(k, v)| (k.to_string(), v.to_string())).collect())
        };
        assert_eq!(read(&[]).unwrap(), None);
        let all = read(&[("memory", "64"), ("cpusetcpus", "0-3, 5")]).unwrap();
        assert_eq!(all.unwrap().memory, 64);
        for (key, value, message) in [
            ("memory", "0", "invalid memory value: 0: must be > 0"),
            (
                "memswap",
                "-2",
                "invalid memswap value: -2: must be -1 (unlimited) or > 0",
            ),
            (
                "cpushares",
                "-1",
                "invalid cpushares value: -1: strconv.ParseUint: parsing \"-1\": invalid syntax",
            ),
            (
                "cpusetmems",
                "3-1",
                "invalid cpusetmems value: 3-1: invalid cpuset range \"3-1\"",
            ),
            (
                "cpusetcpus",
                "9000",
                "invalid cpusetcpus value: 9000: cpuset element \"9000\" exceeds maximum 8192",
            ),
        ] {
            assert_eq!(read(&[(key, value)]).unwrap_err().message, message);
        }
    }
}
