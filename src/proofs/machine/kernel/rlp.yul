// Recursive length prefix: each function writes at `p` and returns the address behind what it wrote.

function rlpInteger(p, v) -> q {
  switch lt(v, 0x80)
  case 1 {
    if iszero(v) { v := 0x80 }
    mstore8(p, v)
    q := add(p, 1)
  }
  default {
    let zeroBits := and(clz(v), 0xf8)
    let n := sub(32, shr(3, zeroBits))
    mstore8(p, add(0x80, n))
    mstore(add(p, 1), shl(zeroBits, v))
    q := add(add(p, 1), n)
  }
}

// The head of a string (base 0x80) or of a list (base 0xc0) of n bytes.
function rlpHead(p, base, n) -> q {
  switch lt(n, 56)
  case 1 {
    mstore8(p, add(base, n))
    q := add(p, 1)
  }
  default {
    let zeroBits := and(clz(n), 0xf8)
    let k := sub(32, shr(3, zeroBits))
    mstore8(p, add(add(base, 55), k))
    mstore(add(p, 1), shl(zeroBits, n))
    q := add(add(p, 1), k)
  }
}

function rlpAddress(p, account) -> q {
  mstore8(p, 0x94)
  mstore(add(p, 1), shl(96, account))
  q := add(p, 21)
}

function rlpWord(p, v) -> q {
  mstore8(p, 0xa0)
  mstore(add(p, 1), v)
  q := add(p, 33)
}

function headLength(n) -> k {
  k := 1
  if gt(n, 55) { k := sub(33, shr(3, clz(n))) }
}

function integerLength(v) -> k {
  k := 1
  if gt(v, 0x7f) { k := sub(33, shr(3, clz(v))) }
}
