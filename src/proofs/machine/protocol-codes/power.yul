// EIP-198: a power modulo a number, of up to 1,024 bytes each. The kernel has looked at the lengths, and the modulus has a byte.
// Numbers are digits of 256 bits, the lowest first. The modulus is shifted so that its top bit is set (Knuth, algorithm D), and a
// remainder with it: the product of a shifted number and one that is not is a shifted number modulo the shifted modulus.
//
// Memory: 0x00 bytes of the modulus's digits, 0x20 and 0x40 the inverse of its top digit's odd part and that digit's zeros, 0x60 the
// shift; 0x400 the modulus, 0x800 a number, 0xc00 the result, shifted, 0x1000 the base, 0x1400 a product, 0x2000 what is returned.

let size := calldataload(0x40)
let from := add(0x60, calldataload(0))
let w := loadDigits(add(from, calldataload(0x20)), size, 0x400)
for {} w { w := sub(w, 32) } { if mload(add(0x3e0, w)) { break } }
if iszero(w) { return(0, size) }
mstore(0, w)
shiftModulus(w)
// The base modulo the modulus, with a digit more for what the shift brings there.
let digits := loadDigits(0x60, calldataload(0), 0x1400)
shiftLeft(0x1400, digits)
reduce(add(digits, 32))
mcopy(0xc00, 0x1400, w)
shiftRight(0x1000)
if iszero(raise(from, add(from, calldataload(0x20)))) {
  // Nothing is raised: 1 modulo the modulus.
  calldatacopy(0x1400, calldatasize(), 0x840)
  mstore(0x1400, shl(mload(0x60), 1))
  reduce(32)
  mcopy(0xc00, 0x1400, w)
}
shiftRight(0x800)
for { let to := 0x23e0 } w { to := sub(to, 32) } {
  mstore(to, mload(sub(0x2be0, to)))
  w := sub(w, 32)
}
return(sub(0x2400, size), size)

// The digits of a number of the call data; how many bytes they have.
function loadDigits(at, length, to) -> bytes_ {
  bytes_ := and(add(length, 31), not(31))
  let first := at
  at := add(at, length)
  for { let end := add(to, bytes_) } lt(to, end) { to := add(to, 32) } {
    at := sub(at, 32)
    mstore(to, calldataload(at))
  }
  // Bytes before the number do not belong to its top digit.
  if lt(at, first) {
    let over := shl(3, sub(first, at))
    to := sub(to, 32)
    mstore(to, shr(over, shl(over, mload(to))))
  }
}

// Shifts the modulus, and keeps what quotients are made with.
function shiftModulus(bytes_) {
  mstore(0x60, clz(mload(add(0x3e0, bytes_))))
  shiftLeft(0x400, bytes_)
  let top := mload(add(0x3e0, bytes_))
  let odd := and(top, sub(0, top))
  let zeros := sub(255, clz(odd))
  odd := shr(zeros, top)
  mstore(0x40, zeros)
  // Newton's iteration doubles the bits that are right, of which it begins with five.
  let inverse := xor(mul(3, odd), 2)
  for { let bits := 5 } lt(bits, 256) { bits := shl(1, bits) } { inverse := mul(inverse, sub(2, mul(odd, inverse))) }
  mstore(0x20, inverse)
}

// By the shift, into one digit more.
function shiftLeft(p, bytes_) {
  let by := mload(0x60)
  let back := sub(256, by)
  let carry := 0
  for { let end := add(p, bytes_) } lt(p, end) { p := add(p, 32) } {
    let v := mload(p)
    mstore(p, or(shl(by, v), carry))
    carry := shr(back, v)
  }
  if carry { mstore(p, carry) }
}

// The result, shifted back.
function shiftRight(to) {
  let by := mload(0x60)
  let back := sub(256, by)
  let carry := 0
  let bytes_ := mload(0)
  to := add(to, bytes_)
  for { let p := add(0xc00, bytes_) } gt(p, 0xc00) {} {
    p := sub(p, 32)
    to := sub(to, 32)
    let v := mload(p)
    mstore(to, or(shr(by, v), carry))
    carry := shl(back, v)
  }
}

// The result becomes the base, and is squared and multiplied for each further bit of the exponent; 0 where no bit is set.
function raise(at, end) -> isRaised {
  for {} lt(at, end) { at := add(at, 32) } {
    let bits := 256
    if lt(sub(end, at), 32) { bits := shl(3, sub(end, at)) }
    let word := calldataload(at)
    if iszero(isRaised) {
      let skipped := clz(word)
      if iszero(lt(skipped, bits)) { continue }
      isRaised := 1
      skipped := add(skipped, 1)
      word := shl(skipped, word)
      bits := sub(bits, skipped)
    }
    for {} bits { bits := sub(bits, 1) } {
      shiftRight(0x800)
      multiply(0x800)
      if shr(255, word) { multiply(0x1000) }
      word := shl(1, word)
    }
  }
}

// The result times a number that is not shifted, modulo the modulus.
function multiply(y) {
  let bytes_ := mload(0)
  calldatacopy(0x1400, calldatasize(), bytes_)
  for { let i := 0 } lt(i, bytes_) { i := add(i, 32) } {
    let x := mload(add(0xc00, i))
    let p := add(0x1400, i)
    let carry := 0
    for { let at := y } lt(at, add(y, bytes_)) { at := add(at, 32) } {
      let v := mload(at)
      let low := mul(x, v)
      v := mulmod(x, v, not(0))
      v := sub(sub(v, low), lt(v, low))
      low := add(low, carry)
      v := add(v, lt(low, carry))
      carry := mload(p)
      low := add(low, carry)
      mstore(p, low)
      carry := add(v, lt(low, carry))
      p := add(p, 32)
    }
    mstore(p, carry)
  }
  mstore(add(0x1400, shl(1, bytes_)), 0)
  reduce(sub(shl(1, bytes_), 32))
  mcopy(0xc00, 0x1400, bytes_)
}

// The number at 0x1400, of so many bytes and a top digit, modulo the modulus.
function reduce(bytes_) {
  let width := mload(0)
  if lt(bytes_, width) { leave }
  for { let p := add(0x1400, sub(bytes_, width)) } gt(p, 0x13ff) { p := sub(p, 32) } {
    let q := quotient(p, width)
    if q { subtract(p, q, width) }
  }
}

// Of the digit on top of the modulus's at `p`: at most two too large.
function quotient(p, width) -> q {
  p := add(p, width)
  let high := mload(p)
  let top := mload(add(0x3e0, width))
  q := not(0)
  if lt(high, top) {
    let low := mload(sub(p, 32))
    let rest := addmod(mulmod(high, sub(0, top), top), low, top)
    let zeros := mload(0x40)
    high := sub(high, lt(low, rest))
    q := mul(mload(0x20), or(shr(zeros, sub(low, rest)), shl(sub(256, zeros), high)))
  }
}

// Takes the modulus q times from what is at `p`, and gives it back where that was too often.
function subtract(p, q, width) {
  let carry := 0
  let u := p
  for { let at := 0x400 } lt(at, add(0x400, width)) { at := add(at, 32) } {
    let v := mload(at)
    let low := mul(q, v)
    v := mulmod(q, v, not(0))
    v := sub(sub(v, low), lt(v, low))
    low := add(low, carry)
    carry := add(v, lt(low, carry))
    v := mload(u)
    mstore(u, sub(v, low))
    carry := add(carry, lt(v, low))
    u := add(u, 32)
  }
  let top := mload(u)
  mstore(u, sub(top, carry))
  for { let isNegative := lt(top, carry) } isNegative {} { isNegative := iszero(addBack(p, width)) }
}

// Answers whether the sum passes the digit on top.
function addBack(p, width) -> carry {
  for { let at := 0x400 } lt(at, add(0x400, width)) { at := add(at, 32) } {
    let v := mload(p)
    let sum := add(v, mload(at))
    let over := lt(sum, v)
    v := add(sum, carry)
    carry := or(over, lt(v, sum))
    mstore(p, v)
    p := add(p, 32)
  }
  let top := add(mload(p), carry)
  carry := lt(top, carry)
  mstore(p, top)
}
