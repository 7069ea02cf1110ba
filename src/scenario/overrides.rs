//! `--set KEY=VALUE`: any key of the scenario, given on the command line.

use super::document::{Entry, Node, Origin, Value, convert};
use super::error::ScenarioError;
use crate::nearest::nearest;
use toml::de::DeValue;

/// One step of a dotted path.
#[derive(Debug, Clone, PartialEq)]
enum Step {
    Key(String),
    Index(usize),
}

/// What is written as `[[...]]`: entries of these are set, not made.
const LISTS: [&str; 5] = ["region", "contact", "probe", "beam", "terminal"];

/// Lays option `number`, `KEY=VALUE`, over the tree.
pub(super) fn apply(root: &mut Node, option: &str, number: usize) -> Result<(), Box<ScenarioError>> {
    let Some((key, text)) = option.split_once('=') else {
        let message = format!("`--set {option}` has no value");
        let remedy = "write --set KEY=VALUE, for example --set run.until=\"5 s\"".to_owned();
        return Err(Box::new(ScenarioError::in_option(option, option, message, remedy)));
    };
    let key = key.trim();
    let fail = |message: String, remedy: &str| {
        Err(Box::new(ScenarioError::in_option(option, key, message, remedy.to_owned())))
    };
    let steps = match steps(key) {
        Ok(steps) => steps,
        Err(message) => {
            return fail(message, "write a dotted path such as run.until, region.die.power or region[0].power");
        }
    };
    let value = value(text.trim(), number);
    let mut node = root;
    for (depth, step) in steps.iter().enumerate() {
        let last = depth + 1 == steps.len();
        let walked = joined(&steps[..depth]);
        node = match (&mut node.value, step) {
            (Value::Table(entries), Step::Key(name)) => {
                let is_given = entries.iter().any(|e| e.key == *name);
                if let Some((message, remedy)) = no_entry(&steps, depth).filter(|_| !is_given) {
                    let known = entries.iter().map(|e| e.key.as_str());
                    let near = nearest(name, known).filter(|_| !LISTS.contains(&name.as_str()));
                    return fail(message, &near.map_or(remedy, |near| format!("did you mean `{near}`?")));
                }
                let at = entries.iter().position(|e| e.key == *name).unwrap_or_else(|| {
                    let origin = Origin::Override(number);
                    let node = Node { origin: origin.clone(), value: Value::Table(Vec::new()) };
                    entries.push(Entry { key: name.clone(), origin, node });
                    entries.len() - 1
                });
                if last {
                    entries[at].origin = Origin::Override(number);
                }
                &mut entries[at].node
            }
            (Value::List(list), Step::Index(index)) => {
                let count = list.len();
                match list.get_mut(*index) {
                    Some(node) => node,
                    None => {
                        return fail(
                            format!("`{walked}` has no entry {index}; it has {count}"),
                            "count entries from 0, and add new ones in the file",
                        );
                    }
                }
            }
            (Value::List(list), Step::Key(name)) => {
                let names: Vec<String> = list.iter().filter_map(name_of).map(str::to_owned).collect();
                let at = name.parse().ok().filter(|&i: &usize| i < list.len());
                let Some(at) = names.iter().position(|n| n == name).or(at) else {
                    let known = names.iter().map(String::as_str);
                    let remedy = match nearest(name, known.clone()) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("known names: {}", known.collect::<Vec<_>>().join(", ")),
                    };
                    return fail(format!("no entry of `{walked}` is named `{name}`"), &remedy);
                };
                let at = list.iter().position(|n| name_of(n) == Some(name)).unwrap_or(at);
                &mut list[at]
            }
            (value, step) => {
                let message =
                    format!("`{walked}` is {}, it holds no `{}`", value.kind(), joined(std::slice::from_ref(step)));
                return fail(message, "name a key that the scenario has or may have");
            }
        };
    }
    *node = value;
    Ok(())
}

/// Why a list that is not there cannot be stepped into at `depth`, and what to do; none for what needs no list.
fn no_entry(steps: &[Step], depth: usize) -> Option<(String, String)> {
    let next = steps.get(depth + 1)?;
    let path = joined(&steps[..=depth]);
    if depth == 0 && LISTS.contains(&path.as_str()) {
        let message = format!("the scenario has no [[{path}]], so there is none to set");
        return Some((message, format!("add [[{path}]] to the file; --set changes what stands there")));
    }
    let Step::Index(index) = next else { return None };
    let message = format!("the scenario has no `{path}`, so it has no entry {index} to set");
    Some((message, "write the list into the file, or set it whole: KEY=[...]".to_owned()))
}

/// The path as it would be written.
fn joined(steps: &[Step]) -> String {
    let mut path = String::new();
    for step in steps {
        match step {
            Step::Key(name) if path.is_empty() => path.push_str(name),
            Step::Key(name) => path.extend([".", name]),
            Step::Index(index) => path.push_str(&format!("[{index}]")),
        }
    }
    path
}

/// The value as TOML if it is that, else as a string: `5 s` needs no quotes.
fn value(text: &str, number: usize) -> Node {
    let origin = Origin::Override(number);
    let value = match DeValue::parse(text) {
        Ok(value) => convert(value.get_ref(), &|_| Origin::Override(number)),
        Err(_) => Value::Text(text.to_owned()),
    };
    Node { origin, value }
}

fn name_of(node: &Node) -> Option<&str> {
    let Value::Table(entries) = &node.value else { return None };
    entries.iter().find(|e| e.key == "name").and_then(|e| match &e.node.value {
        Value::Text(name) => Some(name.as_str()),
        _ => None,
    })
}

/// Splits `region."my die".path[2].t` into its steps.
fn steps(key: &str) -> Result<Vec<Step>, String> {
    let mut steps = Vec::new();
    let mut rest = key;
    loop {
        if let Some(quoted) = rest.strip_prefix('"') {
            let (name, after) = quoted.split_once('"').ok_or("a quote in the key is not closed")?;
            steps.push(Step::Key(name.to_owned()));
            rest = after;
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            if end == 0 {
                return Err("the key has an empty part".to_owned());
            }
            steps.push(Step::Key(rest[..end].to_owned()));
            rest = &rest[end..];
        }
        while let Some(bracket) = rest.strip_prefix('[') {
            let (index, after) = bracket.split_once(']').ok_or("a bracket in the key is not closed")?;
            let index = index.parse().map_err(|_| format!("`[{index}]` is no index"))?;
            steps.push(Step::Index(index));
            rest = after;
        }
        if rest.is_empty() {
            return Ok(steps);
        }
        rest = rest.strip_prefix('.').ok_or("the parts of the key are not joined by points")?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_paths() {
        let key = |s: &str| Step::Key(s.to_owned());
        assert_eq!(steps("run.until"), Ok(vec![key("run"), key("until")]));
        assert_eq!(
            steps("region.\"my die\".path[2].t"),
            Ok(vec![key("region"), key("my die"), key("path"), Step::Index(2), key("t")])
        );
        assert!(steps("run..until").is_err());
        assert!(steps("region[x]").is_err());
        assert!(steps("region[0]power").is_err());
        assert!(steps("").is_err());
    }
}
