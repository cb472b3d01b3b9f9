// Accounts and slots by key id, with a journal that undoes what a failed frame did.
// A header holds the nonce in its low 64 bits and the balance in its high 192.

// The arrays of `store`, as the journal names them.
function journal(array, id, old) {
  let j := get.journalLength()
  store.journalKey(j, or(shl(32, array), id))
  store.journalOld(j, old)
  set.journalLength(add(j, 1))
}

function rollBack(mark) {
  let j := get.journalLength()
  for {} gt(j, mark) {} {
    j := sub(j, 1)
    let key := load.journalKey(j)
    let old := load.journalOld(j)
    let id := and(key, 0xffffffff)
    switch shr(32, key)
    case 0 { store.current(id, old) }
    case 2 { store.warm(id, old) }
    case 3 { store.transient(id, old) }
    case 4 { store.transientAt(id, old) }
    case 5 { store.createdAt(id, old) }
    default { store.destroyedAt(id, old) }
  }
  set.journalLength(mark)
}

// Warm for this transaction from now on; answers whether it was cold. The first touch keeps the original value.
function touch(id) -> cold {
  let warm := load.warm(id)
  if sub(warm, get.transactionNumber()) {
    cold := 1
    journal(2, id, warm)
    store.warm(id, get.transactionNumber())
    store.original(id, load.current(id))
  }
}

function setCurrent(id, v) {
  journal(0, id, load.current(id))
  store.current(id, v)
}

function headerOf(account) -> id { id := machine.key(1, account, 0) }
function balanceOf(id) -> wei { wei := shr(64, load.current(id)) }
function nonceOf(id) -> nonce { nonce := and(load.current(id), 0xffffffffffffffff) }

// What SELFBALANCE reads in the current frame: set where the frame begins or goes on behind a call, and where it pays without one.
function keepBalance() { setFrame.balance(balanceOf(frame.headerId())) }

function transfer(from, to, v) -> ok {
  ok := 1
  if v {
    ok := 0
    if iszero(lt(balanceOf(from), v)) {
      ok := 1
      setCurrent(from, sub(load.current(from), shl(64, v)))
      setCurrent(to, credited(load.current(to), v))
    }
  }
}

// A header with v wei more. Balances cannot reach 2^192 while the supply is below it.
function credited(word, v) -> sum {
  sum := add(word, shl(64, v))
  if or(shr(192, v), lt(sum, word)) { machine.panic(0x03) }
}

function newFrame() -> id {
  id := get.nextFrame()
  // Pointers have 16 bits for a frame, and proofs a few spaces of memory fewer.
  if gt(id, 0xff00) { machine.panic(0x23) }
  set.nextFrame(add(id, 1))
}
