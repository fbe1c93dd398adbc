package redact

// cards finds payment card numbers: 13 to 19 digits in one piece or in the groups that
// are printed on cards, with a prefix that is issued (ISO/IEC 7812) and a right check
// digit (Luhn). A fraction, a UUID or a part of a longer number is none.
func cards(dst [][2]int, s string) [][2]int {
	for i := 0; ; {
		from, to := nextRun(s, i, cardBytes, 13)
		if from < 0 {
			return dst
		}
		dst = cardsIn(dst, s, from, to)
		i = to
	}
}

// cardsIn finds the numbers in s[from:to], which is of digits, blanks and hyphens.
func cardsIn(dst [][2]int, s string, from, to int) [][2]int {
	for i := from; i < to; {
		if !isDigit(s[i]) {
			i++
			continue
		}
		end := cardAt(s, i, to)
		if end < 0 {
			for i < to && isDigit(s[i]) { // the next group
				i++
			}
			continue
		}
		dst = append(dst, [2]int{i, end})
		i = end
	}
	return dst
}

// printed are the groups of digits as cards have them.
var printed = [...][]int{{4, 4, 4, 4, 3}, {4, 4, 4, 4}, {4, 6, 5}, {4, 6, 4}}

// cardAt returns the end of the number that begins at i, or -1.
func cardAt(s string, i, to int) int {
	if !freeBefore(s, i) {
		return -1
	}
	n := digitsAt(s, i, to)
	if n >= 13 {
		if n <= 19 && freeBehind(s, i+n) && issued(s[i:i+n]) {
			return i + n
		}
		return -1
	}
	if n != 4 {
		return -1
	}
	for _, groups := range printed {
		if end := grouped(s, i, to, groups); end >= 0 {
			return end
		}
	}
	return -1
}

func digitsAt(s string, i, to int) int {
	n := 0
	for i+n < to && isDigit(s[i+n]) {
		n++
	}
	return n
}

// grouped returns the end of a number in groups with one separator between, or -1.
func grouped(s string, i, to int, groups []int) int {
	var number [19]byte
	n, at := 0, i
	for g, size := range groups {
		if g > 0 {
			if at >= to || s[at] != s[i+groups[0]] || isDigit(s[at]) {
				return -1
			}
			at++
		}
		if digitsAt(s, at, to) != size {
			return -1
		}
		n += copy(number[n:], s[at:at+size])
		at += size
	}
	if !freeBehind(s, at) || !issued(string(number[:n])) {
		return -1
	}
	return at
}

// freeBefore reports whether a number could begin at i: not within a word, nor as a fraction.
func freeBefore(s string, i int) bool {
	if i == 0 {
		return true
	}
	return !wordBytes[s[i-1]] && !(s[i-1] == '.' && i > 1 && isDigit(s[i-2]))
}

func freeBehind(s string, i int) bool {
	if i == len(s) {
		return true
	}
	return !wordBytes[s[i]] && !(s[i] == '.' && i+1 < len(s) && isDigit(s[i+1]))
}

// issued reports whether the digits have the prefix and length of a card network, and
// pass Luhn's check.
func issued(digits string) bool {
	n := len(digits)
	p2 := int(digits[0]-'0')*10 + int(digits[1]-'0')
	p4 := p2*100 + int(digits[2]-'0')*10 + int(digits[3]-'0')
	ok := false
	switch {
	case digits[0] == '4': // Visa
		ok = n == 13 || n == 16 || n == 19
	case p2 >= 51 && p2 <= 55, p4 >= 2221 && p4 <= 2720: // Mastercard
		ok = n == 16
	case p2 == 34, p2 == 37: // American Express
		ok = n == 15
	case p2 == 36, p2 == 38, p2 == 39, p4 >= 3000 && p4 <= 3059: // Diners Club
		ok = n >= 14
	case p4 == 6011, p4 >= 6440 && p4 <= 6599, p2 == 62, p4 >= 3528 && p4 <= 3589: // Discover, UnionPay, JCB
		ok = n >= 16
	case p2 == 50, p2 >= 56 && p2 <= 69: // Maestro
		ok = n >= 13
	}
	return ok && luhn(digits)
}

func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}
