// Opcodes that read or change state. Each answers 1, or 0 for an exceptional halt.

function sload_() -> ok {
  let id := machine.key(0, frame.address(), popUser())
  let cost := 100
  if touch(id) { cost := 2100 }
  ok := charge(cost)
  if ok {
    weigh(sloadUnits())
    meterSlot(id)
    pushUser(load.current(id))
  }
}

// EIP-2200 with EIP-2929 and EIP-3529.
function sstore_() -> ok {
  if or(frame.isStatic(), lt(gas(), 2301)) { leave }
  let id := machine.key(0, frame.address(), popUser())
  let v := popUser()
  let cost := mul(touch(id), 2100)
  let current := load.current(id)
  if eq(current, v) {
    ok := charge(add(cost, 100))
    if ok {
      weigh(sstoreUnits())
      meterSlot(id)
    }
    leave
  }
  let original := load.original(id)
  switch eq(current, original)
  case 1 { cost := add(cost, firstWriteGas(original, v)) }
  default {
    cost := add(cost, 100)
    refundLaterWrite(original, current, v)
  }
  ok := charge(cost)
  if ok {
    weigh(sstoreUnits())
    meterSlot(id)
    setCurrent(id, v)
  }
}

function firstWriteGas(original, v) -> cost {
  switch original
  case 0 { cost := 20000 }
  default {
    cost := 2900
    if iszero(v) { set.refund(add(get.refund(), 4800)) }
  }
}

function refundLaterWrite(original, current, v) {
  let refund := get.refund()
  if original {
    switch current
    case 0 { refund := sub(refund, 4800) }
    default { if iszero(v) { refund := add(refund, 4800) } }
  }
  if eq(original, v) {
    switch original
    case 0 { refund := add(refund, 19900) }
    default { refund := add(refund, 2800) }
  }
  set.refund(refund)
}

function tload_() -> ok {
  if iszero(charge(100)) { leave }
  weigh(tloadUnits())
  ok := 1
  let id := machine.key(0, frame.address(), popUser())
  let v := 0
  if eq(load.transientAt(id), get.transactionNumber()) { v := load.transient(id) }
  pushUser(v)
}

function tstore_() -> ok {
  if iszero(charge(100)) { leave }
  weigh(tstoreUnits())
  if frame.isStatic() { leave }
  ok := 1
  let id := machine.key(0, frame.address(), popUser())
  journal(4, id, load.transientAt(id))
  journal(3, id, load.transient(id))
  store.transientAt(id, get.transactionNumber())
  store.transient(id, popUser())
}

// What a log says is not part of the statement: only its cost and the stack are.
function log_(topics) -> ok {
  if frame.isStatic() { leave }
  let offset := popUser()
  let length := popUser()
  if iszero(expand(offset, length)) { leave }
  ok := charge(add(mul(375, add(topics, 1)), shl(3, length)))
  if ok { weigh(logUnits(topics)) }
  for {} topics { topics := sub(topics, 1) } { pop(popUser()) }
}

function popAccount() -> account { account := and(popUser(), 0xffffffffffffffffffffffffffffffffffffffff) }

// EIP-2929; precompiles are always warm.
function accountGas(account) -> cost {
  cost := 100
  if iszero(isPrecompile(account)) { if touch(headerOf(account)) { cost := 2600 } }
}

function balance_() -> ok {
  let account := popAccount()
  ok := charge(accountGas(account))
  if ok {
    weigh(balanceUnits())
    let id := headerOf(account)
    meterAccount(account, id)
    pushUser(balanceOf(id))
  }
}

function extCodeSize_() -> ok {
  let account := popAccount()
  ok := charge(accountGas(account))
  if ok {
    weigh(codeSizeUnits())
    meterAccount(account, headerOf(account))
    pushUser(lengthOf(account))
  }
}

function extCodeHash_() -> ok {
  let account := popAccount()
  ok := charge(accountGas(account))
  if ok {
    weigh(codeHashUnits())
    meterAccount(account, headerOf(account))
    let hash := load.current(machine.key(2, account, 0))
    if iszero(hash) {
      // keccak256 of nothing, for an account that exists
      if load.current(headerOf(account)) { hash := 0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470 }
    }
    pushUser(hash)
  }
}

function extCodeCopy_() -> ok {
  let account := popAccount()
  let to := popUser()
  let from := popUser()
  let length := popUser()
  if iszero(expand(to, length)) { leave }
  ok := charge(add(accountGas(account), mul(3, shr(5, add(length, 31)))))
  if ok {
    weigh(codeCopyUnits())
    weighCopy(length)
    meterCode(account)
    if get.isSpent() { leave }
    copyCode(codeOf(account), to, from, length)
  }
}

// EIP-6780: only an account created in this transaction is destroyed.
function selfDestruct_() -> status {
  if frame.isStatic() { leave }
  let heir := popAccount()
  let own := frame.headerId()
  let id := headerOf(heir)
  let cost := 5000
  if iszero(isPrecompile(heir)) { if touch(id) { cost := 7600 } }
  let wei := balanceOf(own)
  if wei { if isEmpty(heir, id) { cost := add(cost, 25000) } }
  if iszero(charge(cost)) { leave }
  weigh(destructUnits())
  meterAccount(heir, id)
  status := 1
  let fresh := eq(load.createdAt(own), get.transactionNumber())
  if sub(own, id) { pop(transfer(own, id, wei)) }
  if fresh {
    if eq(own, id) { setCurrent(own, and(load.current(own), 0xffffffffffffffff)) }
    journal(6, own, load.destroyedAt(own))
    store.destroyedAt(own, get.transactionNumber())
    set.destroyedCount(add(get.destroyedCount(), 1))
  }
}

// EIP-161's empty account.
function isEmpty(account, id) -> empty {
  if iszero(load.current(id)) { empty := iszero(load.current(machine.key(3, account, 0))) }
}

// All that the destroyed accounts changed stands in the journal.
function destroyAccounts() {
  let n := get.journalLength()
  for { let j := 0 } lt(j, n) { j := add(j, 1) } {
    let id := and(load.journalKey(j), 0xffffffff)
    let header := headerOf(machine.accountOfKey(id))
    if eq(load.destroyedAt(header), get.transactionNumber()) { store.current(id, 0) }
  }
}
