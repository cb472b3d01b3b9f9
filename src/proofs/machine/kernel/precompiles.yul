// Precompiled contracts. Proven: 0x01 to 0x09, 0x100, and 0x101 where units are lent. A call of another with input fails. More
// signatures of P-256 than `compute` allows stop the proof.

function isPrecompile(account) -> yes {
  yes := or(or(and(lt(account, 0x12), gt(account, 0)), eq(account, 0x100)), answersUnits(account))
}

// By an opcode of the current frame, which made room for the output.
function callPrecompile(account, given) {
  let output := newFrame()
  let left, length := payPrecompile(account, given, get.callInput(), output, get.callOutput())
  if eq(left, not(0)) {
    rollBack(get.mark())
    setFrame.returned(0)
    pushUser(0)
    leave
  }
  machine.setGas(add(gas(), left))
  pushUser(1)
  copyOutput(get.callOutput(), slice(output, 0, length))
}

// By a transaction itself.
function callPrecompileDirectly(account, given) {
  let left, length := payPrecompile(account, given, slice(get.inputFrame(), 0, get.inputLength()), newFrame(), 0)
  if eq(left, not(0)) {
    rollBack(get.mark())
    leave
  }
  set.status(1)
  set.gasLeft(left)
}

// With units of its own, as a frame.
function payPrecompile(account, given, input, output, room) -> left, length {
  let units := get.nativeLeft()
  let kept := lendUnits(given)
  switch answersUnits(account)
  case 0 { left, length := runPrecompile(account, given, input, output) }
  default { left, length := unitsLeft(given, output, units) }
  if not(left) { meterOutput(room, length) }
  if takeUnits(kept) { left := not(0) }
}

// Units that the calling frame has left, for the price of a small precompiled contract, whatever the input. No output where nothing is
// metered.
function unitsLeft(given, output, units) -> left, length {
  left := not(0)
  if iszero(lt(given, 15)) {
    left := sub(given, 15)
    if get.budget() {
      mstore(pointer(output, 0), units)
      length := 32
    }
  }
}

// Answers the gas that is left, or 2^256 - 1 for a failure, and the length of what stands at the output frame's start.
function runPrecompile(account, given, input, output) -> left, length {
  left := not(0)
  let n := and(input, 0xffffffff)
  let words := shr(5, add(n, 31))
  switch account
  case 0x01 {
    if iszero(lt(given, 3000)) {
      left := sub(given, 3000)
      if meterRun(account, n) { leave }
      length := recoverInput(input, output)
    }
  }
  case 0x02 {
    let cost := add(60, mul(12, words))
    if iszero(lt(given, cost)) {
      left := sub(given, cost)
      if meterRun(account, n) { leave }
      mstore(pointer(output, 0), sha256(shr(32, input), n))
      length := 32
    }
  }
  case 0x04 {
    let cost := add(15, mul(3, words))
    if iszero(lt(given, cost)) {
      left := sub(given, cost)
      if meterRun(account, n) { leave }
      length := machine.copy(pointer(output, 0), shr(32, input), n)
    }
  }
  case 0x05 { left, length := modularPower(given, input, output) }
  case 0x100 {
    if iszero(lt(given, 6900)) {
      left := sub(given, 6900)
      if meterRun(account, n) { leave }
      length := verifyInput(input, output)
    }
  }
  default {
    switch n
    case 0 { left, length := runWithoutInput(account, given, output) }
    default { left, length := runWithInput(account, given, input, output) }
  }
}

// Counts what a transaction has the kernel's own code compute, in eighths of a signature of P-256. Its gas pays for many times what a
// proof can hold, and for minutes of the machine's time; the budget of an operation ends below this.
function compute(eighths) {
  let sum := add(get.computed(), eighths)
  if gt(sum, 128) { machine.panic(0x21) }
  set.computed(sum)
}

// The precompiled contracts without a table, without input, as plain transfers to them run them: RIPEMD-160 of nothing, sums,
// multiples and pairings of nothing; all else fails for want of input.
function runWithoutInput(account, given, output) -> left, length {
  left := not(0)
  let cost := not(0)
  let p := pointer(output, 0)
  switch account
  case 0x03 {
    cost := 600
    length := 32
    mstore(p, 0x9c1185a5c5e9fc54612808977ee8f548b2258d31)
  }
  case 0x06 {
    cost := 150
    length := 64
  }
  case 0x07 {
    cost := 6000
    length := 64
  }
  case 0x08 {
    cost := 45000
    length := 32
    mstore(p, 1)
  }
  if iszero(lt(given, cost)) { left := sub(given, cost) }
}

// The first `size` bytes of the input, with zeros behind its end, at kernel memory 0xc00. An output frame is all zeros.
function readInput(input, output, size) {
  let n := and(input, 0xffffffff)
  if gt(n, size) { n := size }
  pop(machine.copy(0xc00, shr(32, input), n))
  pop(machine.copy(add(0xc00, n), pointer(output, 0), sub(size, n)))
}

function recoverInput(input, output) -> length {
  readInput(input, output, 128)
  let parity := sub(mload(0xc20), 27)
  if gt(parity, 1) { leave }
  let account := recoverAccount(mload(0xc00), parity, mload(0xc40), mload(0xc60))
  if account {
    mstore(pointer(output, 0), account)
    length := 32
  }
}

// P-256 (EIP-7951): hash, r, s, x, y.
function verifyInput(input, output) -> length {
  if sub(and(input, 0xffffffff), 160) { leave }
  compute(8)
  readInput(input, output, 160)
  if isP256Signature() {
    mstore(pointer(output, 0), 1)
    length := 32
  }
}
