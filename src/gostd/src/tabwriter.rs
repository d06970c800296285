//! As Go's `text/tabwriter` with no minimum width and blanks as padding: columns of text.

/// Lays out rows of cells: every column but a row's last is padded to its widest cell plus `padding`.
/// A column is a run of consecutive rows that have another cell after it.
///
/// As in Go, the text of a cell can end it: a tab or a vertical tab ends the cell, a newline the row, and a form feed the row and
/// all columns.
pub fn columns(rows: &[Vec<String>], padding: usize) -> String {
    let mut text = String::new();
    for cells in rows {
        text.push_str(&cells.join("\t"));
        text.push('\n');
    }
    let text = text.strip_suffix('\n').unwrap_or_default();
    if rows.is_empty() {
        return String::new();
    }
    text.split('\u{c}')
        .map(|section| lay_out(section, padding))
        .collect()
}

/// Lays out rows that no form feed separates.
fn lay_out(section: &str, padding: usize) -> String {
    let rows: Vec<Vec<&str>> = (section.split('\n'))
        .map(|row| row.split(['\t', '\u{b}']).collect())
        .collect();
    let mut widths: Vec<Vec<usize>> = rows
        .iter()
        .map(|r| vec![0; r.len().saturating_sub(1)])
        .collect();
    let most = widths.iter().map(Vec::len).max().unwrap_or(0);
    for column in 0..most {
        let mut row = 0;
        while row < rows.len() {
            if widths[row].len() <= column {
                row += 1;
                continue;
            }
            let start = row;
            while row < rows.len() && widths[row].len() > column {
                row += 1;
            }
            let block = start..row;
            let widest = block
                .clone()
                .map(|r| rows[r][column].chars().count())
                .max()
                .unwrap_or(0);
            for r in block {
                widths[r][column] = widest + padding;
            }
        }
    }
    let mut out = String::new();
    for (cells, widths) in rows.iter().zip(&widths) {
        for (i, cell) in cells.iter().enumerate() {
            out.push_str(cell);
            if let Some(width) = widths.get(i) {
                let fill = width.saturating_sub(cell.chars().count());
                out.extend(std::iter::repeat_n(' ', fill));
            }
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|c| (*c).to_owned()).collect()
    }

    #[test]
    fn pads_to_the_widest_cell() {
        let table = columns(
            &[
                row(&["TARGET", "DESCRIPTION"]),
                row(&["base", ""]),
                row(&["(default)", "all"]),
            ],
            1,
        );
        assert_eq!(table, "TARGET    DESCRIPTION\nbase      \n(default) all\n");
    }
}
