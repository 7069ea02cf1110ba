//! Pieces of HTML.

/// Text that is safe between tags and in quoted attributes.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&#39;",
            c if c.is_control() && c != '\n' && c != '\t' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// A table: headings, then rows. The first column is text, the others are numbers.
#[derive(Debug, Clone, Default)]
pub struct Table {
    pairs: bool,
    headings: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty table with its headings.
    pub fn new(headings: &[&str]) -> Table {
        Table { headings: headings.iter().map(|h| (*h).to_owned()).collect(), ..Table::default() }
    }

    /// A table of names and what they mean, which breaks its lines on a narrow page.
    pub fn pairs() -> Table {
        Table { pairs: true, ..Table::default() }
    }

    /// Adds a row of plain texts.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The table; wider than the page it scrolls within its own box.
    pub fn html(&self) -> String {
        let line = |cells: &[String], tag: &str| {
            cells.iter().map(|c| format!("<{tag}>{}</{tag}>", escaped(c))).collect::<String>()
        };
        let head = match self.headings.as_slice() {
            [] => String::new(),
            headings => format!("<thead><tr>{}</tr></thead>", line(headings, "th")),
        };
        let class = if self.pairs { " class=\"pairs\"" } else { "" };
        let body: String = self.rows.iter().map(|r| format!("<tr>{}</tr>\n", line(r, "td"))).collect();
        format!("<div class=\"wide\"><table{class}>{head}<tbody>{body}</tbody></table></div>\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_users_write_cannot_become_markup() {
        assert_eq!(escaped("<b a='x\">&\u{0}"), "&lt;b a=&#39;x&quot;&gt;&amp; ");
        let mut table = Table::new(&["a", "<"]);
        table.row(vec!["<i>".into(), "1".into()]);
        assert!(table.html().contains("<td>&lt;i&gt;</td>") && table.html().contains("<th>&lt;</th>"));
    }
}
