// RIPEMD-160 (Dobbertin, Bosselaers and Preneel, 1996) of the call data. Words of 32 bits stand in words of their own: the hash at 0x40,
// a block at 0x100. Each line's words b come one behind the other, from 0x1000 and 0x2000 on; 0x2000 behind each it stands rotated by 10,
// as which it is c's successor.

mstore(0x40, 0x67452301)
mstore(0x60, 0xefcdab89)
mstore(0x80, 0x98badcfe)
mstore(0xa0, 0x10325476)
mstore(0xc0, 0xc3d2e1f0)
for { let at := 0 } lt(at, add(calldatasize(), 9)) { at := add(at, 64) } {
  loadBlock(at)
  begin(0x1000)
  begin(0x2000)
  sixteen(0x1000, 0, 0x0, 0x0123456789abcdef, 0xbefc5879bdef6798)
  sixteen(0x1200, 1, 0x5a827999, 0x74d1a6f3c0952eb8, 0x768db97f7cf9b7dc)
  sixteen(0x1400, 2, 0x6ed9eba1, 0x3ae49f812706db5c, 0xbd67e9dfe8d65c75)
  sixteen(0x1600, 3, 0x8f1bbcdc, 0x19ba08c4d37fe562, 0xbcefef989e56865c)
  sixteen(0x1800, 4, 0xa953fd4e, 0x40597c2ae138b6fd, 0x9f5b68dc5cdeb856)
  sixteen(0x2000, 4, 0x50a28be6, 0x5e7092b4d6f81a3c, 0x899bdff5778beec6)
  sixteen(0x2200, 3, 0x5c4dd124, 0x6b370d5aef8c4912, 0x9df7c89b77c76fdb)
  sixteen(0x2400, 2, 0x6d703ef3, 0xf5137e69b8c2a04d, 0x97fb866ecd5edd75)
  sixteen(0x2600, 1, 0x7a6d76e9, 0x86413bf05c2d97ae, 0xf58bee6e69c9c5f8)
  sixteen(0x2800, 0, 0x0, 0xcfa4158762de039b, 0x85c9c5e68d65fdbb)
  // The sum of the hash, and of both lines' words, each of another place: b is at 0x1a00 and 0x2a00.
  let first := sum(mload(0x60), mload(0x19e0), mload(0x49c0))
  mstore(0x60, sum(mload(0x80), mload(0x39c0), mload(0x49a0)))
  mstore(0x80, sum(mload(0xa0), mload(0x39a0), mload(0x4980)))
  mstore(0xa0, sum(mload(0xc0), mload(0x3980), mload(0x2a00)))
  mstore(0xc0, sum(mload(0x40), mload(0x1a00), mload(0x29e0)))
  mstore(0x40, first)
}
let hash := or(shl(128, mload(0x40)), or(shl(96, mload(0x60)), or(shl(64, mload(0x80)), or(shl(32, mload(0xa0)), mload(0xc0)))))
mstore(0, reversed(hash))
return(0, 32)

function sum(x, y, z) -> v { v := and(add(x, add(y, z)), 0xffffffff) }

// The bytes of each 32 bits the other way round.
function reversed(v) -> r {
  r := or(
    and(shr(8, v), 0x00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff),
    and(shl(8, v), 0xff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00))
  r := or(
    and(shr(16, r), 0x0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff),
    and(shl(16, r), 0xffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000))
}

// 64 bytes from a place of the call data, with a bit that is set and zeros behind its end, and its length in bits at the end of all.
function loadBlock(at) {
  calldatacopy(0, at, 64)
  let size := calldatasize()
  // Where no end is in the block this is far away.
  if lt(sub(size, at), 64) { mstore8(sub(size, at), 0x80) }
  spread(0x100, reversed(mload(0)))
  let second := reversed(mload(32))
  spread(0x200, second)
  if lt(add(size, 8), add(at, 64)) {
    mstore(0x2c0, and(shl(3, size), 0xffffffff))
    mstore(0x2e0, shr(29, size))
  }
}

function spread(to, v) {
  for { let end := add(to, 0x100) } lt(to, end) { to := add(to, 32) } {
    mstore(to, shr(224, v))
    v := shl(32, v)
  }
}

// What a line begins with.
function begin(p) {
  mstore(p, mload(0x60))
  mstore(sub(p, 0x20), mload(0x80))
  p := add(p, 0x2000)
  mstore(p, turned(mload(0x60), 10))
  mstore(sub(p, 0x20), turned(mload(0x80), 10))
  mstore(sub(p, 0x40), mload(0xa0))
  mstore(sub(p, 0x60), mload(0xc0))
  mstore(sub(p, 0x80), mload(0x40))
}

// Sixteen steps of a line with one function and constant; words of the block and rotations are digits, the first highest.
function sixteen(p, f, k, words, turns) {
  for { let end := add(p, 0x200) } lt(p, end) { } {
    let v := chosen(f, mload(p), mload(sub(p, 0x20)), mload(add(p, 0x1fc0)))
    v := add(add(v, k), add(mload(add(p, 0x1f80)), mload(add(0x100, shl(5, and(shr(60, words), 15))))))
    v := and(add(turned(and(v, 0xffffffff), and(shr(60, turns), 15)), mload(add(p, 0x1fa0))), 0xffffffff)
    p := add(p, 0x20)
    mstore(p, v)
    mstore(add(p, 0x2000), turned(v, 10))
    words := shl(4, words)
    turns := shl(4, turns)
  }
}

// To the left, in 32 bits.
function turned(x, by) -> y { y := and(or(shl(by, x), shr(sub(32, by), x)), 0xffffffff) }

function chosen(f, x, y, z) -> v {
  switch f
  case 0 { v := xor(x, xor(y, z)) }
  case 1 { v := xor(z, and(x, xor(y, z))) }
  case 2 { v := xor(or(x, xor(y, 0xffffffff)), z) }
  case 3 { v := xor(y, and(z, xor(x, y))) }
  default { v := xor(x, or(y, xor(z, 0xffffffff))) }
}
