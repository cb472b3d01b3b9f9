// What a batch takes from its prover alone (docs/protocol.md §11), on chains that publish their inputs: a hash over the kind, the time and the
// parent's hash of each block, and over each transaction. Slot 13 of the system context has it until the closing, which exports and
// deletes it. So L1 can compare it with data that it has, and executing these data leads to the proven state.

function publishesInputs() -> yes { yes := and(load.current(machine.key(0, 0x800b, 9)), 0x200) }

function inputsKey() -> id { id := machine.key(0, 0x800b, 13) }

// A state may come with any word there.
function beginInputs() {
  if publishesInputs() { store.current(inputsKey(), 0) }
}

// Kinds are those of the steps, with the number of roots above that of an import; 9 opens a batch that forgets older hashes, and 10 is the
// next block of an operation. `parent` is 0 if it is out of reach.
function noteBlock(kind, parent) { notePair(or(shl(64, kind), get.timestamp()), parent) }

// After the block of its import, which has the number of roots: so no root reads as a block.
function noteRoot(index, root) { notePair(index, root) }

function notePair(first, second) {
  if publishesInputs() {
    mstore(0x20, first)
    mstore(0x40, second)
    noteWords(0x60)
  }
}

// Hash of what the sender signed, and the signature with its parity in the highest bit (EIP-2098), which `s` never has: they have
// one encoding. L1 hashes the signed bytes as they are.
function noteTransaction(hash, parity, r, s) {
  if publishesInputs() {
    mstore(0x20, hash)
    mstore(0x40, r)
    mstore(0x60, or(shl(255, parity), s))
    noteWords(0x80)
  }
}

// Words after the first one, up to a length of less than a permutation's block.
function noteWords(length) {
  let id := inputsKey()
  mstore(0, load.current(id))
  store.current(id, keccak256(0, length))
}

// No account could repeat a change that neither a signature nor an operation of L1's queue stands for.
function requireNoInputs() {
  if publishesInputs() { machine.panic(0x2a) }
}

function inputUnits() -> units {
  if publishesInputs() { units := notedInputUnits() }
}
