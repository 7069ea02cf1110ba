//! The functions a formula may call, by name.

use super::node::{Binary, Many, Node, Unary};

/// How many arguments a function takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arity {
    Exactly(usize),
    AtLeast(usize),
}

impl Arity {
    pub(super) fn admits(self, count: usize) -> bool {
        match self {
            Arity::Exactly(n) => count == n,
            Arity::AtLeast(n) => count >= n,
        }
    }
}

/// A named function: its name, how it is called, its arity, and the node it makes. The arguments given to
/// `build` are as many as the arity admits.
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) usage: &'static str,
    pub(super) arity: Arity,
    pub(super) build: fn(Vec<Node>) -> Node,
}

fn take<const N: usize>(arguments: Vec<Node>) -> [Node; N] {
    arguments.try_into().unwrap_or_else(|_| unreachable!("the parser has counted the arguments"))
}

macro_rules! unary {
    ($($name:literal $function:ident),* $(,)?) => {
        [$(Function {
            name: $name,
            usage: concat!($name, "(v)"),
            arity: Arity::Exactly(1),
            build: |arguments| { let [v] = take(arguments); Node::unary(Unary::$function, v) },
        }),*]
    };
}

static UNARY: [Function; 23] = unary! {
    "sin" Sin, "cos" Cos, "tan" Tan, "asin" Asin, "acos" Acos, "atan" Atan,
    "sinh" Sinh, "cosh" Cosh, "tanh" Tanh, "exp" Exp, "log" Log, "ln" Log, "log10" Log10, "log2" Log2,
    "sqrt" Sqrt, "cbrt" Cbrt, "abs" Abs, "floor" Floor, "ceil" Ceil, "round" Round, "sign" Sign,
    "erf" Erf, "erfc" Erfc,
};

static OTHER: [Function; 10] = [
    Function {
        name: "atan2",
        usage: "atan2(y, x)",
        arity: Arity::Exactly(2),
        build: |arguments| {
            let [a, b] = take(arguments);
            Node::binary(Binary::Atan2, a, b)
        },
    },
    Function {
        name: "pow",
        usage: "pow(base, exponent)",
        arity: Arity::Exactly(2),
        build: |arguments| {
            let [a, b] = take(arguments);
            Node::binary(Binary::Power, a, b)
        },
    },
    Function {
        name: "mod",
        usage: "mod(v, period)",
        arity: Arity::Exactly(2),
        build: |arguments| {
            let [a, b] = take(arguments);
            Node::binary(Binary::Mod, a, b)
        },
    },
    Function {
        name: "min",
        usage: "min(a, b, ...)",
        arity: Arity::AtLeast(2),
        build: |arguments| Node::many(Many::Min, arguments),
    },
    Function {
        name: "max",
        usage: "max(a, b, ...)",
        arity: Arity::AtLeast(2),
        build: |arguments| Node::many(Many::Max, arguments),
    },
    Function {
        name: "clamp",
        usage: "clamp(v, low, high)",
        arity: Arity::Exactly(3),
        build: |arguments| {
            let [v, low, high] = take(arguments);
            Node::many(Many::Max, [low, Node::many(Many::Min, [v, high])])
        },
    },
    Function {
        name: "if",
        usage: "if(condition, then, otherwise)",
        arity: Arity::Exactly(3),
        build: |arguments| {
            let [condition, then, otherwise] = take(arguments);
            Node::choose(condition, then, otherwise)
        },
    },
    Function {
        name: "step",
        usage: "step(edge, v)",
        arity: Arity::Exactly(2),
        build: |arguments| {
            let [edge, v] = take(arguments);
            Node::binary(Binary::LessEqual, edge, v)
        },
    },
    Function {
        name: "heaviside",
        usage: "heaviside(v)",
        arity: Arity::Exactly(1),
        build: |arguments| {
            let [v] = take(arguments);
            Node::binary(Binary::LessEqual, Node::Constant(0.0), v)
        },
    },
    Function {
        name: "square",
        usage: "square(v)",
        arity: Arity::Exactly(1),
        build: |arguments| {
            let [v] = take(arguments);
            v.power(Node::Constant(2.0))
        },
    },
];

/// All of them.
pub(super) fn all() -> impl Iterator<Item = &'static Function> {
    UNARY.iter().chain(&OTHER)
}

/// The function of that name.
pub(super) fn find(name: &str) -> Option<&'static Function> {
    all().find(|function| function.name == name)
}
