//! STL files: triangles, in binary or as text.

/// The corners of a triangle, in the file's own unit.
pub type Triangle = [[f32; 3]; 3];

/// Why a file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Of a text, from 1.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: String,
}

/// Reads the triangles of a file, of all its solids.
///
/// # Errors
/// If it is cut off, or a line of text is not what it should be.
pub fn read(bytes: &[u8]) -> Result<Vec<Triangle>, Broken> {
    if is_text(bytes) { read_text(&String::from_utf8_lossy(bytes)) } else { read_binary(bytes) }
}

const HEADER: usize = 84;
const RECORD: usize = 50;

/// How many triangles a binary file says that it holds.
fn count(bytes: &[u8]) -> Option<usize> {
    bytes.get(HEADER - 4..HEADER)?.first_chunk().map(|n| u32::from_le_bytes(*n) as usize)
}

/// Binary files may begin with `solid` too: their length, or a zero, gives them away.
fn is_text(bytes: &[u8]) -> bool {
    let fits =
        count(bytes).is_some_and(|n| n.checked_mul(RECORD).and_then(|n| n.checked_add(HEADER)) == Some(bytes.len()));
    let begins = bytes.trim_ascii_start().get(..5).is_some_and(|word| word.eq_ignore_ascii_case(b"solid"));
    begins && !fits && !bytes.contains(&0)
}

fn read_binary(bytes: &[u8]) -> Result<Vec<Triangle>, Broken> {
    let broken = |what: String| Broken { line: None, what };
    let count = count(bytes).ok_or_else(|| broken("it is no STL file, or ends within its header".into()))?;
    let records = bytes[HEADER..].chunks_exact(RECORD);
    let there = records.len();
    if there < count {
        return Err(broken(format!(
            "it ends too early, or is no STL file: it announces {count} triangles and has {there}"
        )));
    }
    let corner = |record: &[u8], n: usize| {
        [0, 1, 2].map(|a| {
            let at = 12 + 12 * n + 4 * a;
            f32::from_le_bytes([record[at], record[at + 1], record[at + 2], record[at + 3]])
        })
    };
    Ok(records.take(count).map(|record| [0, 1, 2].map(|n| corner(record, n))).collect())
}

/// What stands between `solid` and `endsolid`, again and again.
const FACET: [&[&str]; 7] =
    [&["facet", "normal"], &["outer", "loop"], &["vertex"], &["vertex"], &["vertex"], &["endloop"], &["endfacet"]];

fn read_text(text: &str) -> Result<Vec<Triangle>, Broken> {
    let mut triangles = Vec::new();
    let mut corners: Vec<[f32; 3]> = Vec::new();
    let (mut place, mut open) = (0, false);
    let mut last = 1;
    for (n, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        last = n + 1;
        let broken = |expected: &str| Broken {
            line: Some(n + 1),
            what: format!("{expected} is expected, this is \"{}\"", line.trim().chars().take(60).collect::<String>()),
        };
        let words: Vec<String> = line.split_whitespace().map(str::to_ascii_lowercase).collect();
        if place == 0 && matches!((words[0].as_str(), open), ("solid", false) | ("endsolid", true)) {
            open = !open;
            continue;
        }
        if !open {
            return Err(broken("`solid`"));
        }
        let key = FACET[place];
        let (begins, rest) = (words.iter().zip(key).all(|(a, b)| a == b), words.get(key.len()..).unwrap_or_default());
        let numbers = if key == ["vertex"] { 3 } else { 0 };
        // nobody needs the normal: the corners run around it
        if !begins || (place > 0 && rest.len() != numbers) {
            return Err(broken(match place {
                0 => "`facet normal` or `endsolid`",
                1 => "`outer loop`",
                5 => "`endloop`",
                6 => "`endfacet`",
                _ => "`vertex` with three numbers",
            }));
        }
        if numbers == 3 {
            let number = |word: &String| word.parse().ok().filter(|x: &f32| x.is_finite());
            let [x, y, z] = [0, 1, 2].map(|a| number(&rest[a]));
            let corner = x.zip(y).zip(z).map(|((x, y), z)| [x, y, z]);
            corners.push(corner.ok_or_else(|| broken("`vertex` with three finite numbers"))?);
        }
        place = (place + 1) % FACET.len();
        if let (0, [a, b, c]) = (place, corners.as_slice()) {
            triangles.push([*a, *b, *c]);
            corners.clear();
        }
    }
    if open {
        let what = if place > 0 { "the file ends within a facet" } else { "the file ends without `endsolid`" };
        return Err(Broken { line: Some(last), what: what.into() });
    }
    Ok(triangles)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "solid a part\n facet normal 0 0 1\n  outer loop\n   vertex 0 0 0\n   vertex 1e0 0 0\n   vertex 0 2.5 0\n  endloop\n endfacet\nendsolid a part\n";

    fn binary(header: &[u8], triangles: &[Triangle]) -> Vec<u8> {
        let mut bytes = vec![b' '; 80];
        bytes[..header.len()].copy_from_slice(header);
        bytes.extend((triangles.len() as u32).to_le_bytes());
        for t in triangles {
            bytes.extend([0; 12]);
            bytes.extend(t.iter().flatten().flat_map(|x| x.to_le_bytes()));
            bytes.extend([0; 2]);
        }
        bytes
    }

    #[test]
    fn text_and_binary_give_the_same() {
        let one = [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 2.5, 0.0]];
        let shouted = ONE.to_uppercase();
        let nameless = ONE.replace(" a part", "");
        let two = format!("{ONE}{ONE}");
        let odd = ONE.replace("normal 0 0 1", "normal nan nan nan");
        for (text, count) in [(ONE, 1), (&shouted, 1), (&nameless, 1), (&odd, 1), (&two, 2)] {
            assert_eq!(read(text.as_bytes()).unwrap(), vec![one; count], "{text}");
        }
        // some programs begin binary files with `solid`
        for header in ["made by me", "solid part"] {
            assert_eq!(read(&binary(header.as_bytes(), &[one; 3])).unwrap(), [one; 3]);
        }
    }

    #[test]
    fn what_is_broken_is_told_with_its_line() {
        let told = |text: &str| {
            let broken = read(text.as_bytes()).unwrap_err();
            format!("{}: {}", broken.line.unwrap_or(0), broken.what)
        };
        assert_eq!(
            told(&ONE.replace("1e0 0 0", "1,0 0 0")),
            "5: `vertex` with three finite numbers is expected, this is \"vertex 1,0 0 0\""
        );
        assert!(told(&ONE.replace("1e0 0 0", "inf 0 0")).starts_with("5: `vertex` with three finite numbers"));
        assert!(told(&ONE.replace("1e0 0 0", "1e0 0")).starts_with("5: `vertex` with three numbers"));
        assert!(told(&ONE.replace("   vertex 0 2.5 0\n", "")).starts_with("6: `vertex`"));
        assert!(told(&ONE.replace("outer loop", "outer lop")).starts_with("3: `outer loop`"));
        assert!(told(&ONE.replace("  endloop\n", "")).starts_with("7: `endloop`"));
        assert!(told(&ONE.replace(" facet", " facette")).starts_with("2: `facet normal` or `endsolid`"));
        assert!(told(&ONE.replace("endsolid a part\n", "")).starts_with("8: the file ends without"));
        assert!(told(&ONE[..80]).contains("ends within a facet"));
        assert!(told(&format!("{ONE}vertex 0 0 0\n")).starts_with("10: `solid`"));
        let cut = read(&binary(b"x", &[[[0.0; 3]; 3]; 5])[..200]).unwrap_err();
        assert_eq!(
            (cut.line, cut.what.as_str()),
            (None, "it ends too early, or is no STL file: it announces 5 triangles and has 2")
        );
        assert!(read(b"").unwrap_err().what.contains("no STL file"));
    }
}
