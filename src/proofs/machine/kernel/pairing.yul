// Pairings over BN254 (EIP-197, 0x08) by products in Fp2, without hints. One Miller loop runs over the signed digits of 6x + 2 for all pairs,
// then adds two Frobenius images. Functions that are lists of products: scripts/kernel-generator/pairing-lists.ts.

// Answers as `runPrecompile`. The input has at least one byte, and fewer than 500 pairs, which the gas of no transaction pays for: so indexes
// of products fit 16 bits.
function pairing(given, input, output) -> left, length {
  left := not(0)
  let n := and(input, 0xffffffff)
  let pairs := div(n, 192)
  let cost := add(45000, mul(34000, pairs))
  if or(mod(n, 192), lt(given, cost)) { leave }
  if meterPairs(pairs) { leave }
  storeConstants()
  let end, good := readPairs(shr(32, input), pairs)
  if iszero(good) { leave }
  multiplyLines(end)
  if iszero(addImages(end)) { leave }
  finalPower(newFrame())
  mstore(pointer(output, 0), isOne())
  left := sub(given, cost)
  length := 32
}

// Returns the words of the pairs whose second point is finite, and 1 if all points are on their curves.
function readPairs(from, pairs) -> end, good {
  good := 1
  for { } and(gt(pairs, 0), good) { pairs := sub(pairs, 1) } {
    let used
    used, good := readPair(from, end)
    end := add(end, mul(used, wordsOfPair()))
    from := add(from, 192)
  }
}

// An infinite first point becomes (0, 1), which is not on the curve: its lines lie in the field of p^4 elements, whose final power is 1, so
// the second point is still checked. A pair with an infinite second point is left out.
function readPair(from, pair) -> used, good {
  // x, y, and both coordinates of the second point, whose imaginary parts come first.
  pop(machine.copy(byteOfA(), from, 192))
  let m := primeOfPoints()
  for { let at := byteOfA() } lt(at, add(byteOfA(), 192)) { at := add(at, 32) } {
    if iszero(lt(mload(at), m)) { leave }
  }
  mstore(byteOfQX(), mload(add(byteOfA(), 96)))
  mstore(add(byteOfQX(), 32), mload(add(byteOfA(), 64)))
  mstore(byteOfQY(), mload(add(byteOfA(), 160)))
  mstore(add(byteOfQY(), 32), mload(add(byteOfA(), 128)))
  mstore(byteOfPX(), mload(byteOfA()))
  mstore(add(byteOfPX(), 32), 0)
  mstore(byteOfPY(), mload(add(byteOfA(), 32)))
  mstore(add(byteOfPY(), 32), 0)
  good := 1
  switch or(mload(byteOfPX()), mload(byteOfPY()))
  case 0 { mstore(byteOfPY(), 1) }
  default {
    equationOfFirst()
    good := equationHolds()
  }
  used := or(someOf(byteOfQX()), someOf(byteOfQY()))
  if used {
    used := 1
    equationOfSecond()
    good := and(good, equationHolds())
    beginPair(pair)
  }
}

function someOf(p) -> bits { bits := or(mload(p), mload(add(p, 32))) }

function equationHolds() -> yes {
  yes := and(eq(mload(byteOfA()), mload(byteOfB())), eq(mload(add(byteOfA(), 32)), mload(add(byteOfB(), 32))))
}

// F becomes the product of all lines.
function multiplyLines(end) {
  mstore(byteOfF0(), 1)
  for { let i := 32 } lt(i, 384) { i := add(i, 32) } { mstore(add(byteOfF0(), i), 0) }
  // Digits of 6x + 2 behind its first, two bits each: 1, 2 for -1.
  let digits := loopDigits()
  for { let turns := 65 } turns { turns := sub(turns, 1) } {
    squareF()
    let digit := and(digits, 3)
    digits := shr(2, digits)
    for { let pair := 0 } lt(pair, end) { pair := add(pair, wordsOfPair()) } {
      doubleSum(pair)
      multiplyFByLine()
      if digit { addSigned(pair, add(pair, shl(1, sub(digit, 1)))) }
    }
  }
}

function addSigned(pair, signed) {
  addPointToSum(pair, signed)
  multiplyFByLine()
}

// Adds the Frobenius image of each second point and subtracts the second image. The sum is finite and the negative of the third image only
// for points of order r (decision 342). Returns 1 if all are.
function addImages(end) -> good {
  good := 1
  for { let pair := 0 } lt(pair, end) { pair := add(pair, wordsOfPair()) } {
    let p := add(byteOfPairs(), shl(5, pair))
    keepImage(pair)
    // minusX, y
    conjugateTo(byteOfconjX(), add(p, 384))
    conjugateTo(byteOfconjY(), add(p, 448))
    takeFirstImage(pair)
    addSigned(pair, add(pair, 6))
    takeSecondImage(pair)
    addSigned(pair, pair)
    compareWithThirdImage(pair)
    // Z
    if iszero(someOf(add(p, 128))) { good := 0 }
    if or(someOf(byteOflastX()), someOf(byteOflastY())) { good := 0 }
  }
}

function conjugateTo(to, from) {
  mstore(to, mload(from))
  mstore(add(to, 32), opposite(mload(add(from, 32))))
}

function opposite(v) -> w {
  if v { w := sub(primeOfPoints(), v) }
}

function isOne() -> yes {
  let rest := 0
  for { let i := 32 } lt(i, 384) { i := add(i, 32) } { rest := or(rest, mload(add(byteOfF0(), i))) }
  if iszero(rest) { yes := eq(mload(byteOfF0()), 1) }
}

// Elements of Fp12 are stored in frame `s`, because no copy is within one frame.
function keepF(s, at) { pop(machine.copy(pointer(s, at), byteOfF0(), 384)) }
function takeF(s, at) { pop(machine.copy(byteOfF0(), pointer(s, at), 384)) }
function timesKept(s, at) {
  pop(machine.copy(byteOfG0(), pointer(s, at), 384))
  multiplyFByG()
}

// F^((p^12 - 1)/r), raised to a number that r does not divide. Source: Fuentes-Castaneda, Knapp and Rodriguez-Henriquez, "Faster hashing to G2",
// section 5.
function finalPower(s) {
  unitaryPart(s)
  keepF(s, 0)
  powerOfX(s)
  squareUnitaryF()
  keepF(s, 0x200)
  squareUnitaryF()
  timesKept(s, 0x200)
  keepF(s, 0x400)
  powerOfX(s)
  keepF(s, 0x600)
  squareUnitaryF()
  powerOfX(s)
  timesKept(s, 0x600)
  timesKept(s, 0x400)
  keepF(s, 0x400)
  takeF(s, 0x200)
  conjugateF()
  timesKept(s, 0x400)
  keepF(s, 0x200)
  takeF(s, 0)
  conjugateF()
  timesKept(s, 0x200)
  frobenius()
  multiplyByImages2()
  keepF(s, 0x800)
  takeF(s, 0x400)
  multiplyByImages2()
  timesKept(s, 0x800)
  keepF(s, 0x800)
  takeF(s, 0x200)
  frobenius()
  timesKept(s, 0x800)
  timesKept(s, 0x400)
  timesKept(s, 0x600)
  timesKept(s, 0)
}

function frobenius() {
  for { let p := add(byteOfF0(), 32) } lt(p, add(byteOfF0(), 384)) { p := add(p, 64) } { mstore(p, opposite(mload(p))) }
  multiplyByImages1()
}

// F^((p^6 - 1)(p^2 + 1)), whose inverse is its conjugate.
function unitaryPart(s) {
  keepF(s, 0)
  conjugateF()
  keepF(s, 0x200)
  timesKept(s, 0)
  normOfF()
  invertNorm()
  inverseToG()
  takeF(s, 0x200)
  multiplyFByG()
  timesKept(s, 0x200)
  keepF(s, 0)
  multiplyByImages2()
  timesKept(s, 0)
}

function invertNorm() {
  let m := primeOfPoints()
  let real := mload(byteOfnorm())
  let imaginary := mload(add(byteOfnorm(), 32))
  let sum := addmod(mulmod(real, real, m), mulmod(imaginary, imaginary, m), m)
  let v := inverseOf(sum, m)
  mstore(byteOfinverse(), mulmod(real, v, m))
  mstore(add(byteOfinverse(), 32), mulmod(sub(m, imaginary), v, m))
}

// F^x for a unitary F. The digits of x are 0, 1, 3, -1 and -3, of three at most one is not 0; their codes are 0 to 4, and the first is 1.
function powerOfX(s) {
  keepF(s, 0xb80)
  squareUnitaryF()
  timesKept(s, 0xb80)
  keepF(s, 0xd00)
  conjugateF()
  keepF(s, 0x1000)
  takeF(s, 0xb80)
  conjugateF()
  keepF(s, 0xe80)
  takeF(s, 0xb80)
  let digits := powerDigits()
  for { let turns := 62 } turns { turns := sub(turns, 1) } {
    squareUnitaryF()
    let digit := and(digits, 7)
    digits := shr(3, digits)
    if digit { timesKept(s, add(0xa00, mul(digit, 0x180))) }
  }
}
