// Sums (EIP-196, 0x06) and multiples (0x07) of points of the curve y^2 = x^3 + 3 (BN254): the call's value says which. A point stands in
// Jacobian coordinates at 0x00, 0x20 and 0x40; it is infinity where the third is 0. Coordinates are below the field's prime.

let prime := 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47
requirePoint(0, prime)
switch callvalue()
case 6 {
  requirePoint(64, prime)
  takePoint(0)
  addPoint(calldataload(64), calldataload(96), prime)
}
default { multiply(calldataload(64), prime) }
writeAffine(prime)
return(0, 64)

// A point of the call data, which may be infinity as 0, 0.
function requirePoint(at, m) {
  let x := calldataload(at)
  let y := calldataload(add(at, 32))
  if iszero(and(lt(x, m), lt(y, m))) { revert(0, 0) }
  if or(x, y) {
    if sub(mulmod(y, y, m), addmod(mulmod(mulmod(x, x, m), x, m), 3, m)) { revert(0, 0) }
  }
}

// It becomes the point at 0.
function takePoint(at) {
  let x := calldataload(at)
  let y := calldataload(add(at, 32))
  mstore(0, x)
  mstore(0x20, y)
  mstore(0x40, gt(or(x, y), 0))
}

function multiply(scalar, m) {
  let x := calldataload(0)
  let y := calldataload(32)
  // Above the highest bit that is set nothing is to be done.
  for { let bits := sub(256, clz(scalar)) } bits {} {
    bits := sub(bits, 1)
    double(m)
    if and(shr(bits, scalar), 1) { addPoint(x, y, m) }
  }
}

function double(m) {
  let y := mload(0x20)
  let z := mload(0x40)
  if iszero(z) { leave }
  mstore(0x40, mulmod(addmod(y, y, m), z, m))
  let x := mload(0)
  let b := mulmod(y, y, m)
  let d := mulmod(shl(2, x), b, m)
  let e := mulmod(mulmod(3, x, m), x, m)
  x := addmod(mulmod(e, e, m), sub(shl(1, m), shl(1, d)), m)
  mstore(0, x)
  mstore(0x20, addmod(mulmod(e, add(d, sub(m, x)), m), sub(m, mulmod(8, mulmod(b, b, m), m)), m))
}

// Adds a point in affine coordinates; 0, 0 is infinity.
function addPoint(x2, y2, m) {
  if iszero(or(x2, y2)) { leave }
  let z := mload(0x40)
  if iszero(z) {
    mstore(0, x2)
    mstore(0x20, y2)
    mstore(0x40, 1)
    leave
  }
  let square := mulmod(z, z, m)
  let x := mload(0)
  let h := addmod(mulmod(x2, square, m), sub(m, x), m)
  let r := addmod(mulmod(y2, mulmod(z, square, m), m), sub(m, mload(0x20)), m)
  if iszero(h) {
    // The same point, or its opposite.
    switch r
    case 0 { double(m) }
    default { mstore(0x40, 0) }
    leave
  }
  mstore(0x40, mulmod(z, h, m))
  square := mulmod(h, h, m)
  h := mulmod(h, square, m)
  square := mulmod(x, square, m)
  x := addmod(mulmod(r, r, m), sub(sub(mul(3, m), h), shl(1, square)), m)
  mstore(0, x)
  mstore(0x20, addmod(mulmod(r, add(square, sub(m, x)), m), sub(m, mulmod(mload(0x20), h, m)), m))
}

function writeAffine(m) {
  let z := mload(0x40)
  if iszero(z) {
    mstore(0, 0)
    mstore(0x20, 0)
    leave
  }
  if eq(z, 1) { leave }
  // By Fermat's little theorem.
  let inverse := 1
  let exponent := sub(m, 2)
  for { let bit := shl(253, 1) } bit { bit := shr(1, bit) } {
    inverse := mulmod(inverse, inverse, m)
    if and(exponent, bit) { inverse := mulmod(inverse, z, m) }
  }
  z := mulmod(inverse, inverse, m)
  mstore(0, mulmod(mload(0), z, m))
  mstore(0x20, mulmod(mload(0x20), mulmod(z, inverse, m), m))
}
