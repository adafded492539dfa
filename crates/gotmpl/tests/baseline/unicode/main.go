// Writes src/unicode/tables.rs: the ranges of characters that Go calls letters, digits and printable.
//
//	go run ./tests/baseline/unicode > src/unicode/tables.rs
package main

import (
	"fmt"
	"runtime"
	"strconv"
	"unicode"
)

func main() {
	fmt.Printf("//! Character classes as %s has them (Unicode %s); written by tests/baseline/unicode.\n", runtime.Version(), unicode.Version)
	table("LETTER", "`unicode.IsLetter`", unicode.IsLetter)
	table("DIGIT", "`unicode.IsDigit`", unicode.IsDigit)
	table("PRINT", "`strconv.IsPrint`", strconv.IsPrint)
}

func table(name, what string, is func(rune) bool) {
	fmt.Printf("\n/// First and last characters of the ranges for which %s holds, sorted.\npub(super) const %s: &[(u32, u32)] = &[", what, name)
	column := 0
	for first := rune(0); first <= unicode.MaxRune; first++ {
		if !is(first) {
			continue
		}
		last := first
		for last < unicode.MaxRune && is(last+1) {
			last++
		}
		if column%6 == 0 {
			fmt.Print("\n   ")
		}
		column++
		fmt.Printf(" (%#x, %#x),", first, last)
		first = last
	}
	fmt.Print("\n];\n")
}
