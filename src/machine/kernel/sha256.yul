// SHA-256 (FIPS 180-4) in plain code. Words of a block stand in lanes of 64 bits, four to a word of the machine. In the schedule each has
// its 32 bits twice, so that a shift of all lanes rotates each. At 0xd00 the schedule, at 0xf00 its words plus constants, at 0x1100 the
// constants: what the kernel hashes for itself stands there at other times.

function sha256(p, length) -> hash {
  roundConstants()
  hash := 0x6a09e667bb67ae853c6ef372a54ff53a510e527f9b05688c1f83d9ab5be0cd19
  let left := length
  for { } 1 { } {
    let isLast := slt(left, 56)
    let second := paddedWord(add(p, 32), sub(left, 32))
    if isLast { second := or(second, shl(3, length)) }
    schedule(paddedWord(p, left), second)
    hash := addLanes(hash, rounds(hash))
    if isLast { leave }
    left := sub(left, 64)
    p := add(p, 64)
  }
}

// 32 bytes at `p`, of which `left` belong to the message, a signed number: behind them a bit that is set and zeros.
function paddedWord(p, left) -> v {
  switch slt(left, 32)
  case 0 { v := mload(p) }
  default {
    if slt(left, 0) { leave }
    let behind := shl(3, sub(32, left))
    v := or(shl(behind, shr(behind, mload(p))), shl(sub(behind, 8), 0x80))
  }
}

function schedule(first, second) {
  scheduled(0, spread(shr(128, first)))
  scheduled(32, spread(and(first, 0xffffffffffffffffffffffffffffffff)))
  scheduled(64, spread(shr(128, second)))
  scheduled(96, spread(and(second, 0xffffffffffffffffffffffffffffffff)))
  for { let at := 128 } lt(at, 512) { at := add(at, 32) } {
    let p := add(0xd00, at)
    let v := mload(sub(p, 120))
    let sum := and(0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff,
      xor(xor(shr(7, v), shr(18, v)), shr(3, and(v, 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff))))
    sum := add(sum, and(mload(sub(p, 56)), 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff))
    sum := add(sum, and(mload(sub(p, 128)), 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff))
    // The upper two lanes follow from words before these four, the lower two from the upper ones.
    v := mload(sub(p, 16))
    sum := add(sum, and(0x00000000ffffffff00000000ffffffff00000000000000000000000000000000,
      xor(xor(shr(17, v), shr(19, v)), shr(10, and(v, 0x00000000ffffffff00000000ffffffff00000000000000000000000000000000)))))
    let upper := and(0x00000000ffffffff00000000ffffffff, shr(128, sum))
    v := mul(0x100000001, upper)
    sum := add(sum, and(0x00000000ffffffff00000000ffffffff, xor(xor(shr(17, v), shr(19, v)), shr(10, upper))))
    scheduled(at, and(sum, 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff))
  }
}

// Four words of 32 bits, each in a lane.
function spread(v) -> lanes {
  lanes := and(or(v, shl(64, v)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff)
  lanes := and(or(lanes, shl(32, lanes)), 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff)
}

function scheduled(at, lanes) {
  mstore(add(0xd00, at), mul(0x100000001, lanes))
  mstore(add(0xf00, at), add(lanes, mload(add(0x1100, at))))
}

function rounds(hash) -> result {
  let a := shr(224, hash)
  let b := and(shr(192, hash), 0xffffffff)
  let c := and(shr(160, hash), 0xffffffff)
  let d := and(shr(128, hash), 0xffffffff)
  let e := and(shr(96, hash), 0xffffffff)
  let f := and(shr(64, hash), 0xffffffff)
  let g := and(shr(32, hash), 0xffffffff)
  let h := and(hash, 0xffffffff)
  let v
  // Each round changes two words. Names move on by one from round to round, not words.
  for { let at := 0xf00 } lt(at, 0x1100) { at := add(at, 64) } {
    v := mul(0x100000001, e)
    h := add(add(add(h, xor(xor(shr(6, v), shr(11, v)), shr(25, v))), xor(g, and(e, xor(f, g)))), shr(192, mload(at)))
    d := and(add(d, h), 0xffffffff)
    v := mul(0x100000001, a)
    h := and(add(add(h, xor(xor(shr(2, v), shr(13, v)), shr(22, v))), or(and(a, b), and(c, or(a, b)))), 0xffffffff)
    v := mul(0x100000001, d)
    g := add(add(add(g, xor(xor(shr(6, v), shr(11, v)), shr(25, v))), xor(f, and(d, xor(e, f)))), shr(192, mload(add(at, 8))))
    c := and(add(c, g), 0xffffffff)
    v := mul(0x100000001, h)
    g := and(add(add(g, xor(xor(shr(2, v), shr(13, v)), shr(22, v))), or(and(h, a), and(b, or(h, a)))), 0xffffffff)
    v := mul(0x100000001, c)
    f := add(add(add(f, xor(xor(shr(6, v), shr(11, v)), shr(25, v))), xor(e, and(c, xor(d, e)))), shr(192, mload(add(at, 16))))
    b := and(add(b, f), 0xffffffff)
    v := mul(0x100000001, g)
    f := and(add(add(f, xor(xor(shr(2, v), shr(13, v)), shr(22, v))), or(and(g, h), and(a, or(g, h)))), 0xffffffff)
    v := mul(0x100000001, b)
    e := add(add(add(e, xor(xor(shr(6, v), shr(11, v)), shr(25, v))), xor(d, and(b, xor(c, d)))), shr(192, mload(add(at, 24))))
    a := and(add(a, e), 0xffffffff)
    v := mul(0x100000001, f)
    e := and(add(add(e, xor(xor(shr(2, v), shr(13, v)), shr(22, v))), or(and(f, g), and(h, or(f, g)))), 0xffffffff)
    v := mul(0x100000001, a)
    d := add(add(add(d, xor(xor(shr(6, v), shr(11, v)), shr(25, v))), xor(c, and(a, xor(b, c)))), shr(192, mload(add(at, 32))))
    h := and(add(h, d), 0xffffffff)
    v := mul(0x100000001, e)
    d := and(add(add(d, xor(xor(shr(2, v), shr(13, v)), shr(22, v))), or(and(e, f), and(g, or(e, f)))), 0xffffffff)
    v := mul(0x100000001, h)
    c := add(add(add(c, xor(xor(shr(6, v), shr(11, v)), shr(25, v))), xor(b, and(h, xor(a, b)))), shr(192, mload(add(at, 40))))
    g := and(add(g, c), 0xffffffff)
    v := mul(0x100000001, d)
    c := and(add(add(c, xor(xor(shr(2, v), shr(13, v)), shr(22, v))), or(and(d, e), and(f, or(d, e)))), 0xffffffff)
    v := mul(0x100000001, g)
    b := add(add(add(b, xor(xor(shr(6, v), shr(11, v)), shr(25, v))), xor(a, and(g, xor(h, a)))), shr(192, mload(add(at, 48))))
    f := and(add(f, b), 0xffffffff)
    v := mul(0x100000001, c)
    b := and(add(add(b, xor(xor(shr(2, v), shr(13, v)), shr(22, v))), or(and(c, d), and(e, or(c, d)))), 0xffffffff)
    v := mul(0x100000001, f)
    a := add(add(add(a, xor(xor(shr(6, v), shr(11, v)), shr(25, v))), xor(h, and(f, xor(g, h)))), shr(192, mload(add(at, 56))))
    e := and(add(e, a), 0xffffffff)
    v := mul(0x100000001, b)
    a := and(add(add(a, xor(xor(shr(2, v), shr(13, v)), shr(22, v))), or(and(b, c), and(d, or(b, c)))), 0xffffffff)
  }
  result := or(shl(224, a), or(shl(192, b), or(shl(160, c), shl(128, d))))
  result := or(result, or(shl(96, e), or(shl(64, f), or(shl(32, g), h))))
}

// Sums of eight words of 32 bits each.
function addLanes(a, b) -> sums {
  let lower := add(
    and(a, 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff),
    and(b, 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff))
  let upper := add(
    and(shr(32, a), 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff),
    and(shr(32, b), 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff))
  sums := or(
    and(lower, 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff),
    shl(32, and(upper, 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff)))
}

function roundConstants() {
  mstore(0x1100, 0x00000000428a2f98000000007137449100000000b5c0fbcf00000000e9b5dba5)
  mstore(0x1120, 0x000000003956c25b0000000059f111f100000000923f82a400000000ab1c5ed5)
  mstore(0x1140, 0x00000000d807aa980000000012835b0100000000243185be00000000550c7dc3)
  mstore(0x1160, 0x0000000072be5d740000000080deb1fe000000009bdc06a700000000c19bf174)
  mstore(0x1180, 0x00000000e49b69c100000000efbe4786000000000fc19dc600000000240ca1cc)
  mstore(0x11a0, 0x000000002de92c6f000000004a7484aa000000005cb0a9dc0000000076f988da)
  mstore(0x11c0, 0x00000000983e515200000000a831c66d00000000b00327c800000000bf597fc7)
  mstore(0x11e0, 0x00000000c6e00bf300000000d5a791470000000006ca63510000000014292967)
  mstore(0x1200, 0x0000000027b70a85000000002e1b2138000000004d2c6dfc0000000053380d13)
  mstore(0x1220, 0x00000000650a735400000000766a0abb0000000081c2c92e0000000092722c85)
  mstore(0x1240, 0x00000000a2bfe8a100000000a81a664b00000000c24b8b7000000000c76c51a3)
  mstore(0x1260, 0x00000000d192e81900000000d699062400000000f40e358500000000106aa070)
  mstore(0x1280, 0x0000000019a4c116000000001e376c08000000002748774c0000000034b0bcb5)
  mstore(0x12a0, 0x00000000391c0cb3000000004ed8aa4a000000005b9cca4f00000000682e6ff3)
  mstore(0x12c0, 0x00000000748f82ee0000000078a5636f0000000084c87814000000008cc70208)
  mstore(0x12e0, 0x0000000090befffa00000000a4506ceb00000000bef9a3f700000000c67178f2)
}
