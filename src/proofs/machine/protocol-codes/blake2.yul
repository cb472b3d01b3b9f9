// EIP-152: rounds of BLAKE2b's compression function (RFC 7693, section 3.2). The kernel has looked at the input's length and last byte.
// Words of 64 bits stand in words of their own: v at 0x000, m at 0x200, m's order in ten rounds (SIGMA) as 16 digits each at 0x400.

mstore(0x400, 0x0123456789abcdef)
mstore(0x420, 0xea489fd61c02b753)
mstore(0x440, 0xb8c052fdae367194)
mstore(0x460, 0x7931dcbe265a40f8)
mstore(0x480, 0x905724afe1bc683d)
mstore(0x4a0, 0x2c6a0b834d75fe19)
mstore(0x4c0, 0xc51fed4a0763928b)
mstore(0x4e0, 0xdb7ec13950f4862a)
mstore(0x500, 0x6fe9b308c2d714a5)
mstore(0x520, 0xa2847615fb9e3cd0)
mstore(0x100, 0x6a09e667f3bcc908)
mstore(0x120, 0xbb67ae8584caa73b)
mstore(0x140, 0x3c6ef372fe94f82b)
mstore(0x160, 0xa54ff53a5f1d36f1)
mstore(0x180, 0x510e527fade682d1)
mstore(0x1a0, 0x9b05688c2b3e6c1f)
mstore(0x1c0, 0x1f83d9abfb41bd6b)
mstore(0x1e0, 0x5be0cd19137e2179)
for { let i := 0 } lt(i, 8) { i := add(i, 1) } { mstore(shl(5, i), reversed(calldataload(add(4, shl(3, i))))) }
for { let i := 0 } lt(i, 16) { i := add(i, 1) } { mstore(add(0x200, shl(5, i)), reversed(calldataload(add(68, shl(3, i))))) }
mstore(0x180, xor(mload(0x180), reversed(calldataload(196))))
mstore(0x1a0, xor(mload(0x1a0), reversed(calldataload(204))))
// The last block.
if byte(0, calldataload(212)) { mstore(0x1c0, not64(mload(0x1c0))) }
let row := 0
for { let rounds := shr(224, calldataload(0)) } rounds { rounds := sub(rounds, 1) } {
  let order := mload(add(0x400, row))
  mix(0x00, 0x80, 0x100, 0x180, shr(60, order), shr(56, order))
  mix(0x20, 0xa0, 0x120, 0x1a0, shr(52, order), shr(48, order))
  mix(0x40, 0xc0, 0x140, 0x1c0, shr(44, order), shr(40, order))
  mix(0x60, 0xe0, 0x160, 0x1e0, shr(36, order), shr(32, order))
  mix(0x00, 0xa0, 0x140, 0x1e0, shr(28, order), shr(24, order))
  mix(0x20, 0xc0, 0x160, 0x180, shr(20, order), shr(16, order))
  mix(0x40, 0xe0, 0x100, 0x1a0, shr(12, order), shr(8, order))
  mix(0x60, 0x80, 0x120, 0x1c0, shr(4, order), order)
  row := add(row, 32)
  if eq(row, 320) { row := 0 }
}
// A word of eight bytes at a time, from the first on: what a later one writes lies behind.
for { let i := 0 } lt(i, 8) { i := add(i, 1) } {
  let p := shl(5, i)
  let h := xor(reversed(calldataload(add(4, shl(3, i)))), xor(mload(p), mload(add(0x100, p))))
  mstore(add(0x600, shl(3, i)), shl(192, reversed(shl(192, h))))
}
return(0x600, 64)

function not64(x) -> y { y := xor(x, 0xffffffffffffffff) }

// The number that the first eight bytes of a word stand for, lowest first.
function reversed(word) -> v {
  v := shr(192, word)
  v := or(shr(32, v), shl(32, and(v, 0xffffffff)))
  v := or(and(shr(16, v), 0x0000ffff0000ffff), shl(16, and(v, 0x0000ffff0000ffff)))
  v := or(and(shr(8, v), 0x00ff00ff00ff00ff), shl(8, and(v, 0x00ff00ff00ff00ff)))
}

// G of four words of v and two of m, which the lowest digits of `i` and `j` name.
function mix(toA, toB, toC, toD, i, j) {
  let a := mload(toA)
  let b := mload(toB)
  a := add(a, add(b, mload(add(0x200, shl(5, and(i, 15))))))
  let d := turned(xor(mload(toD), and(a, 0xffffffffffffffff)), 32)
  let c := add(mload(toC), d)
  b := turned(xor(b, and(c, 0xffffffffffffffff)), 24)
  a := and(add(a, add(b, mload(add(0x200, shl(5, and(j, 15)))))), 0xffffffffffffffff)
  d := turned(xor(d, a), 16)
  c := and(add(c, d), 0xffffffffffffffff)
  mstore(toA, a)
  mstore(toB, turned(xor(b, c), 63))
  mstore(toC, c)
  mstore(toD, d)
}

// To the right, in 64 bits.
function turned(x, by) -> y { y := and(or(shr(by, x), shl(sub(64, by), x)), 0xffffffffffffffff) }
