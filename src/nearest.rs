//! The nearest known word to one that is not known: what an error message suggests.

/// The word of `known` nearest to `word` (edit distance, upper and lower case counted as near), if it is
/// near enough to be what was meant: at most a third of the letters may differ, and at least one.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let letters = word.chars().count();
    if letters > 64 {
        return None;
    }
    let limit = 2 * (letters / 3).max(1);
    known
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|&(d, candidate)| d <= limit && d < 2 * letters.max(candidate.chars().count()))
        .min_by_key(|&(d, _)| d)
        .map(|(_, candidate)| candidate)
}

/// Twice the Damerau-Levenshtein distance (optimal string alignment): an insertion, deletion, substitution
/// or swap of neighbours costs 2, a change of case 1.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).map(|j| 2 * j).collect();
    for i in 1..=a.len() {
        let mut row = vec![2 * i; b.len() + 1];
        for j in 1..=b.len() {
            let (p, q) = (a[i - 1], b[j - 1]);
            let change = if p == q {
                0
            } else if p.to_lowercase().eq(q.to_lowercase()) {
                1
            } else {
                2
            };
            row[j] = (last[j - 1] + change).min(last[j] + 2).min(row[j - 1] + 2);
            if i > 1 && j > 1 && p == b[j - 2] && a[i - 2] == q {
                row[j] = row[j].min(before[j - 2] + 2);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_what_was_meant() {
        let keys = ["conductivity", "density", "specific_heat", "box", "boundary"];
        assert_eq!(nearest("conductivty", keys), Some("conductivity"));
        assert_eq!(nearest("Density", keys), Some("density"));
        assert_eq!(nearest("spceific_heat", keys), Some("specific_heat"));
        assert_eq!(nearest("bxo", keys), Some("box"));
        assert_eq!(nearest("temperature", keys), None);
        assert_eq!(nearest("", keys), None);
        assert_eq!(nearest("q", ["x", "y"]), None);
        assert_eq!(nearest("k", ["K", "m"]), Some("K"));
    }

    #[test]
    fn distance_counts_edits() {
        assert_eq!(distance("kitten", "sitting"), 6);
        assert_eq!(distance("ab", "ba"), 2);
        assert_eq!(distance("K", "k"), 1);
        assert_eq!(distance("", "abc"), 6);
    }
}
