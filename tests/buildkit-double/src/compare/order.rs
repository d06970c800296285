//! The text of `frontend.lint`: warnings by line, and those of one line in any order once there are many.

/// Up to this many items, Go's `sort` keeps equal ones in their order.
const KEPT: usize = 12;

/// Whether two texts have the same warnings at the same lines, more than [`KEPT`], and only those of one line change places.
pub(super) fn of_one_line(left: &[u8], right: &[u8]) -> bool {
    let (Ok(left), Ok(right)) = (str::from_utf8(left), str::from_utf8(right)) else {
        return false;
    };
    let (mut left, mut right) = (warnings(left), warnings(right));
    if left == right
        || left.len() <= KEPT + 1
        || !left.iter().map(place).eq(right.iter().map(place))
    {
        return false;
    }
    left.sort_unstable();
    right.sort_unstable();
    left == right
}

fn warnings(text: &str) -> Vec<&str> {
    text.split("\nWARNING: ").collect()
}

/// `Dockerfile:3`: the line above the first rule.
fn place<'a>(warning: &&'a str) -> Option<&'a str> {
    let mut lines = warning.lines();
    let mut before = None;
    lines.find_map(|line| {
        if line.starts_with("--------") {
            return before;
        }
        before = Some(line);
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(warnings: &[(&str, u32)]) -> Vec<u8> {
        let one = |(name, line): &(&str, u32)| {
            format!("\nWARNING: {name}\nDockerfile:{line}\n--------\n x\n--------\n")
        };
        warnings.iter().map(one).collect::<String>().into_bytes()
    }

    #[test]
    fn only_many_warnings_of_one_line_can_change_places() {
        let mut many: Vec<_> = (1..13).map(|line| ("w", line)).collect();
        many.push(("v", 12));
        let mut other = many.clone();
        other.swap(11, 12);
        assert!(of_one_line(&text(&many), &text(&other)));
        assert!(!of_one_line(&text(&many), &text(&many)));
        assert!(!of_one_line(&text(&many[1..]), &text(&other[1..])));
        let mut moved = many.clone();
        moved.swap(10, 11);
        assert!(!of_one_line(&text(&many), &text(&moved)));
        other[11].0 = "u";
        assert!(!of_one_line(&text(&many), &text(&other)));
    }
}
