// Signatures over the curve P-256 (EIP-7951) in plain code. A point stands in three words, as Jacobian coordinates; it is infinity where
// the third is 0. Coordinates are below the field's prime, `m`.

// Whether the key at 0xc60 signed the hash at 0xc00, with r at 0xc20 and s at 0xc40.
function isP256Signature() -> yes {
  let m := 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffff
  let order := 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
  let r := mload(0xc20)
  let inverse := mload(0xc40)
  if or(iszero(r), iszero(inverse)) { leave }
  if iszero(and(lt(r, order), lt(inverse, order))) { leave }
  if iszero(isP256Point(mload(0xc60), mload(0xc80), m)) { leave }
  // The order less 2, but no constant for solc: the kernel's CLZ of a constant is not proven.
  inverse := power(inverse, sub(order, add(1, lt(inverse, order))), order)
  p256Multiples(m)
  p256Sum(mulmod(mload(0xc00), inverse, order), mulmod(r, inverse, order), m)
  let z := mload(0x1440)
  if iszero(z) { leave }
  z := mulmod(z, z, m)
  let x := mload(0x1400)
  yes := eq(x, mulmod(r, z, m))
  // The sum's coordinate may be r and the order, where that is below the prime.
  if lt(r, sub(m, order)) { yes := or(yes, eq(x, mulmod(add(r, order), z, m))) }
}

// Whether these are coordinates of a point of the curve; infinity is not.
function isP256Point(x, y, m) -> yes {
  if iszero(and(lt(x, m), lt(y, m))) { leave }
  let v := mulmod(x, addmod(mulmod(x, x, m), sub(m, 3), m), m)
  v := addmod(v, 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b, m)
  yes := eq(v, mulmod(y, y, m))
}

// All sums of up to three times the generator and up to three times the key, from 0x1460 on: the key's multiples weigh four.
function p256Multiples(m) {
  mstore(0xca0, 1)
  mstore(0xcc0, 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296)
  mstore(0xce0, 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5)
  mstore(0xd00, 1)
  mstore(0x14a0, 0)
  for { let i := 1 } lt(i, 16) { i := add(i, 1) } {
    let p := add(0x1460, mul(96, i))
    switch and(i, 3)
    case 0 {
      copyPoint(p, sub(p, 384))
      addPoint(p, 0xc60, m)
    }
    default {
      copyPoint(p, sub(p, 96))
      addPoint(p, 0xcc0, m)
    }
  }
}

// The generator and the key, as often as each number says, added at 0x1400.
function p256Sum(ofGenerator, ofKey, m) {
  mstore(0x1440, 0)
  for { let shift := 256 } shift {} {
    shift := sub(shift, 2)
    doublePoint(0x1400, m)
    doublePoint(0x1400, m)
    let i := or(and(shr(shift, ofGenerator), 3), shl(2, and(shr(shift, ofKey), 3)))
    if i { addPoint(0x1400, add(0x1460, mul(96, i)), m) }
  }
}

function copyPoint(to, from) {
  mstore(to, mload(from))
  mstore(add(to, 32), mload(add(from, 32)))
  mstore(add(to, 64), mload(add(from, 64)))
}

// dbl-2001-b of the Explicit-Formulas Database. Infinity stays infinity.
function doublePoint(p, m) {
  let x := mload(p)
  let y := mload(add(p, 32))
  let z := mload(add(p, 64))
  mstore(add(p, 64), mulmod(z, addmod(y, y, m), m))
  z := mulmod(z, z, m)
  let slope := mulmod(3, mulmod(addmod(x, z, m), addmod(x, sub(m, z), m), m), m)
  y := mulmod(y, y, m)
  x := mulmod(4, mulmod(x, y, m), m)
  z := addmod(mulmod(slope, slope, m), sub(m, addmod(x, x, m)), m)
  mstore(p, z)
  y := mulmod(8, mulmod(y, y, m), m)
  mstore(add(p, 32), addmod(mulmod(slope, addmod(x, sub(m, z), m), m), sub(m, y), m))
}

// Adds the point at `q` to that at `p`, both of any kind: add-1998-cmo-2 of the Explicit-Formulas Database.
function addPoint(p, q, m) {
  let z2 := mload(add(q, 64))
  if iszero(z2) { leave }
  let z1 := mload(add(p, 64))
  if iszero(z1) {
    copyPoint(p, q)
    leave
  }
  let v := mulmod(z2, z2, m)
  let x := mulmod(mload(p), v, m)
  let y := mulmod(mload(add(p, 32)), mulmod(z2, v, m), m)
  v := mulmod(z1, z1, m)
  let h := addmod(mulmod(mload(q), v, m), sub(m, x), m)
  let slope := addmod(mulmod(mload(add(q, 32)), mulmod(z1, v, m), m), sub(m, y), m)
  if iszero(h) {
    switch slope
    case 0 { doublePoint(p, m) }
    default { mstore(add(p, 64), 0) }
    leave
  }
  mstore(add(p, 64), mulmod(h, mulmod(z1, z2, m), m))
  v := mulmod(h, h, m)
  x := mulmod(x, v, m)
  h := mulmod(h, v, m)
  v := addmod(mulmod(slope, slope, m), sub(m, addmod(h, addmod(x, x, m), m)), m)
  mstore(p, v)
  mstore(add(p, 32), addmod(mulmod(slope, addmod(x, sub(m, v), m), m), sub(m, mulmod(y, h, m)), m))
}
