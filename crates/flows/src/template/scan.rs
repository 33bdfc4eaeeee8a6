//! A look at a template's tags for what fuel cannot bound.

/// Operators that may make a text longer, in one template.
const OPERATORS: usize = 6;
/// Commas and brackets in one template: lists of lists of the same things have no size, until they are compared.
const PARTS: usize = 40;
/// Words that let a template go round without a list, or that keep what it gives out of the ceiling.
const REFUSED: [&str; 6] = [
    "recursive",
    "namespace",
    "macro",
    "call",
    "endset",
    "filter",
];

/// Whether the template may be read at all.
pub(super) fn check(source: &str) -> Result<(), String> {
    let code = code(source);
    if let Some(word) = code
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .find(|word| REFUSED.contains(word))
    {
        return Err(format!("`{word}` is not allowed in templates"));
    }
    if code.matches(['~', '*', '+']).count() > OPERATORS {
        return Err(format!(
            "it puts more than {OPERATORS} things together with ~, + or *; write them one after the other instead"
        ));
    }
    if code.matches([',', '[', '{', '(']).count() > PARTS {
        return Err(format!(
            "it has more than {PARTS} commas and brackets in its tags; make it simpler"
        ));
    }
    Ok(())
}

/// What stands in the tags, without the texts in quotes.
fn code(source: &str) -> String {
    let mut code = String::new();
    let mut rest = source;
    while let Some(begins) = rest.find("{{").into_iter().chain(rest.find("{%")).min() {
        rest = &rest[begins + 2..];
        let mut quote = None;
        let mut escaped = false;
        let mut before = ' ';
        let mut end = rest.len();
        for (at, letter) in rest.char_indices() {
            match quote {
                Some(_) if escaped => escaped = false,
                Some(_) if letter == '\\' => escaped = true,
                Some(open) if letter == open => quote = None,
                Some(_) => {}
                None if matches!(letter, '"' | '\'') => quote = Some(letter),
                None if letter == '}' && matches!(before, '}' | '%') => {
                    end = at;
                    break;
                }
                None => code.push(letter),
            }
            before = letter;
        }
        code.push(' ');
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    code
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn only_what_stands_in_tags_outside_of_quotes_counts() {
        for fine in [
            "+44 ~ 3 * 4 + 5 + 6 + 7 + 8",
            "{{ '+ + + + + + + +' }}",
            r#"{{ "it's + + + + + + +" }}"#,
            "{{ a ~ b }} and {{ c }}",
            "{{ 'recursive' }}",
        ] {
            assert_eq!(check(fine), Ok(()), "{fine}");
        }
        for refused in [
            "{{ a ~ a ~ a ~ a ~ a ~ a ~ a ~ a }}",
            r#"{{ "'" ~ a ~ a ~ a ~ a ~ a ~ a ~ a }}"#,
            r#"{{ "}}" ~ a ~ a ~ a ~ a ~ a ~ a ~ a }}"#,
            r#"{{ "\"}}" ~ a ~ a ~ a ~ a ~ a ~ a ~ a }}"#,
            "{% for a in b recursive %}{% endfor %}",
            "{% set x %}{{ x }}{{ x }}{% endset %}",
            "{% filter upper %}a{% endfilter %}",
            "{{ [a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a] }}",
            "{% set x = a ~ a %}{% set x = x ~ x %}{% set x = x ~ x %}{% set x = x + x %}{% set x = x ~ x %}{{ x ~ x ~ x }}",
        ] {
            assert!(check(refused).is_err(), "{refused}");
        }
    }
}
