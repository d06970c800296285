//! BuildKit's messages in the JSON that Go's `encoding/json` writes: in error details, and in answers to sub-requests.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fromtier_gostd::json::Object;
use fromtier_proto::pb;

/// A file with its contents. `definition` writes the graph that reads the file.
pub fn source_info(info: &pb::SourceInfo, definition: fn(&pb::Definition) -> Object) -> Object {
    Object::new()
        .opt_str("filename", &info.filename)
        .opt_str("data", &base64(&info.data))
        .opt("definition", info.definition.as_ref().map(definition))
        .opt_str("language", &info.language)
}

/// A graph.
pub fn definition(graph: &pb::Definition) -> Object {
    let entries = graph.metadata.iter();
    Object::new()
        .opt_array("def", graph.def.iter().map(|op| base64(op)))
        .opt_object("metadata", entries.map(|(k, v)| (k, metadata(v))))
        .opt(
            "Source",
            graph.source.as_ref().map(|s| source(s, definition)),
        )
}

/// The metadata of an operation.
pub fn metadata(metadata: &pb::OpMetadata) -> Object {
    let unsigned = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let limits = |l: &pb::LinuxResources| {
        Object::new()
            .opt_int("memory", l.memory)
            .opt_int("memorySwap", l.memory_swap)
            .opt_int("cpuShares", unsigned(l.cpu_shares))
            .opt_int("cpuPeriod", unsigned(l.cpu_period))
            .opt_int("cpuQuota", l.cpu_quota)
            .opt_str("cpusetCpus", &l.cpuset_cpus)
            .opt_str("cpusetMems", &l.cpuset_mems)
    };
    Object::new()
        .opt_bool("ignore_cache", metadata.ignore_cache)
        .opt_object("description", &metadata.description)
        .opt(
            "export_cache",
            metadata.export_cache.as_ref().map(export_cache),
        )
        .opt_object("caps", metadata.caps.iter().map(|(k, v)| (k, *v)))
        .opt(
            "progress_group",
            metadata.progress_group.as_ref().map(progress_group),
        )
        .opt(
            "linux_resources",
            metadata.linux_resources.as_ref().map(limits),
        )
}

/// Whether an operation's result is exported to the cache.
pub fn export_cache(export: &pb::ExportCache) -> Object {
    Object::new().opt_bool("Value", export.value)
}

/// The group under which progress displays show an operation.
pub fn progress_group(group: &pb::ProgressGroup) -> Object {
    Object::new()
        .opt_str("id", &group.id)
        .opt_str("name", &group.name)
        .opt_bool("weak", group.weak)
}

/// The files that a graph was made from, and the places of its operations in them. `definition` as in [`source_info`].
pub fn source(source: &pb::Source, definition: fn(&pb::Definition) -> Object) -> Object {
    let places: BTreeMap<&str, &[pb::Location]> = source.all_places().collect();
    let places = places.into_iter().map(|(digest, found)| {
        let found = found.iter().map(location);
        (digest, Object::new().opt_array("locations", found))
    });
    let infos = source.infos.iter();
    Object::new()
        .opt_object("locations", places)
        .opt_array("infos", infos.map(|info| source_info(info, definition)))
}

/// A place in one of the files.
pub fn location(place: &pb::Location) -> Object {
    Object::new()
        .opt_int("sourceIndex", place.source_index)
        .opt_array("ranges", place.ranges.iter().map(range))
}

/// A range in a file.
pub fn range(range: &pb::Range) -> Object {
    let position = |at: &pb::Position| {
        Object::new()
            .opt_int("line", at.line)
            .opt_int("character", at.character)
    };
    Object::new()
        .opt("start", range.start.as_ref().map(position))
        .opt("end", range.end.as_ref().map(position))
}

/// Encodes bytes in base64 with the standard alphabet, padded, as Go writes a `[]byte`.
pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}
