//! Go's text/template: lexer, parser, compiled form, execution and formatting verbs.
