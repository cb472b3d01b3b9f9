// Sums (EIP-196, 0x06) and multiples (0x07) of points of y^2 = x^3 + 3 over BN254, which may be infinite as 0, 0. Products of a multiple are
// lists in scripts/kernel-generator/pairing-lists.ts.

// A sixth of its units is more gas than the price on Ethereum, and is paid by its own frame.
function sumOfPoints(given, input, output) -> left, length {
  left := not(0)
  let cost := gasOfUnits(pointSumUnits())
  if lt(cost, 150) { cost := 150 }
  if lt(given, cost) { leave }
  if meterPoints(pointSumUnits()) { leave }
  readInput(input, output, 128)
  let m := primeOfPoints()
  if iszero(and(isPoint(0xc00, m), isPoint(0xc40, m))) { leave }
  let x, y := affineSum(mload(0xc00), mload(0xc20), mload(0xc40), mload(0xc60), m)
  writePoint(output, x, y)
  left := sub(given, cost)
  length := 64
}

function multipleOfPoint(given, input, output) -> left, length {
  left := not(0)
  if lt(given, 6000) { leave }
  if meterPoints(pointMultipleUnits()) { leave }
  readInput(input, output, 96)
  let m := primeOfPoints()
  if iszero(isPoint(0xc00, m)) { leave }
  if or(mload(0xc00), mload(0xc20)) {
    let x, y := affineMultiple(mload(0xc40), m)
    writePoint(output, x, y)
  }
  left := sub(given, 6000)
  length := 64
}

function writePoint(output, x, y) {
  mstore(pointer(output, 0), x)
  mstore(pointer(output, 32), y)
}

function isPoint(p, m) -> yes {
  let x := mload(p)
  let y := mload(add(p, 32))
  if and(lt(x, m), lt(y, m)) {
    yes := 1
    if or(x, y) { yes := eq(mulmod(y, y, m), addmod(mulmod(mulmod(x, x, m), x, m), 3, m)) }
  }
}

function affineSum(x1, y1, x2, y2, m) -> x, y {
  if iszero(or(x1, y1)) {
    x := x2
    y := y2
    leave
  }
  if iszero(or(x2, y2)) {
    x := x1
    y := y1
    leave
  }
  let rise := addmod(y2, sub(m, y1), m)
  let run := addmod(x2, sub(m, x1), m)
  if iszero(run) {
    // Opposite points; no point has y = 0, because their number is odd.
    if rise { leave }
    rise := mulmod(3, mulmod(x1, x1, m), m)
    run := addmod(y1, y1, m)
  }
  let slope := mulmod(rise, inverseOf(run, m), m)
  x := addmod(mulmod(slope, slope, m), sub(shl(1, m), add(x1, x2)), m)
  y := addmod(mulmod(slope, addmod(x1, sub(m, x), m), m), sub(m, y1), m)
}

// A multiple of the point at 0xc00, two bits of two halves of the scalar at once. The formulas have no exceptions, so infinity is a point as
// others are.
function affineMultiple(scalar, m) -> x, y {
  storeConstants()
  let low, high, isNegative := halves(scalar)
  x := mload(0xc00)
  y := mload(0xc20)
  storeMultiples(x, y, isNegative, m)
  for { let shift := 128 } shift {} {
    shift := sub(shift, 2)
    doubleMultiple()
    doubleMultiple()
    addEntry(mul(6, or(and(shr(shift, low), 3), shl(2, and(shr(shift, high), 3)))))
  }
  let z := mload(byteOfSZ())
  if z { z := inverseOf(z, m) }
  x := mulmod(mload(byteOfSX()), z, m)
  y := mulmod(mload(byteOfSY()), z, m)
}

// The scalar is low + high * lambda modulo the order r, or low - high * lambda, with both below 2^128: (x, y) times lambda is (beta * x, y).
// Source: Gallant, Lambert and Vanstone, "Faster point multiplication on elliptic curves with efficient endomorphisms". Two short vectors of
// pairs that are 0 there are (a, -b) and (c, a) with a * a + b * c = r. The two quotients are rounded down, by less than 1.2, so low is not
// negative, and less than 1.2 * (a + c).
function halves(scalar) -> low, high, isNegative {
  scalar := mod(scalar, 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001)
  let first := highProduct(scalar, 0x2d91d232ec7e0b3d7)
  let second := highProduct(scalar, 0x24ccef014a773d2cf7a7bd9d4391eb18d)
  low := sub(sub(scalar, mul(first, 0x89d3256894d213e3)), mul(second, 0x6f4d8248eeb859fd0be4e1541221250b))
  high := sub(mul(first, 0x6f4d8248eeb859fc8211bbeb7d4f1128), mul(second, 0x89d3256894d213e3))
  isNegative := shr(255, high)
  if isNegative { high := sub(0, high) }
}

// The upper 256 bits of a product.
function highProduct(v, w) -> high {
  let low := mul(v, w)
  high := mulmod(v, w, not(0))
  high := sub(sub(high, low), lt(high, low))
}

// Entry i + 4 * j, in six words, is i times the point and j times its image.
function storeMultiples(x, y, isNegative, m) {
  beginMultiple()
  storeEntry(0)
  storePointAt(6, x, y)
  if isNegative { y := sub(m, y) }
  storePointAt(24, mulmod(x, 0x59e26bcea0d48bacd4f263f1acdb5c4f5763473177fffffe, m), y)
  for { let entry := 12 } lt(entry, 24) { entry := add(entry, 6) } { storeSum(entry, sub(entry, 6), 6) }
  for { let entry := 30 } lt(entry, 96) { entry := add(entry, 6) } { storeSum(entry, sub(entry, 24), 24) }
  beginMultiple()
}

function storePointAt(entry, x, y) {
  mstore(byteOfPX(), x)
  mstore(add(byteOfPX(), 32), 0)
  mstore(byteOfPY(), y)
  mstore(add(byteOfPY(), 32), 0)
  storePoint(entry)
}

function storeSum(entry, one, other) {
  loadEntry(one)
  addEntry(other)
  storeEntry(entry)
}

function inverseOf(v, m) -> inverse {
  // The prime less 2, but no constant for solc: the kernel's CLZ of a constant is not proven.
  inverse := power(v, sub(m, add(1, lt(v, m))), m)
}
