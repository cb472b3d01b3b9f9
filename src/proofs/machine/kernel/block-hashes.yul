// The chain of the blocks' hashes (docs/protocol.md, section 11), and BLOCKHASH, which unrolls it.

// The first block whose hash can be asked for.
function hashesSince() -> block_ { block_ := load.current(machine.key(0, 0x800b, 8)) }

// An opening that forgets what is before it has 255 blocks without transactions behind it: nothing can ask for what it forgot.
function requireReach() {
  let since := hashesSince()
  // If no hash is ever remembered, none was forgotten.
  if eq(since, 0xffffffffffffffff) { leave }
  if since { if lt(get.blockNumber(), add(since, 256)) { machine.panic(0x07) } }
}

// Takes the hash of the block before this one, which is the sequencer's word, and answers it; 0 if it is out of reach.
function foldParent() -> parent {
  let hash := machine.hint()
  if lt(sub(get.blockNumber(), 1), hashesSince()) { leave }
  setBlockHashes(foldedHash(get.blockHashes(), hash))
  parent := hash
}

// What was unrolled of the chain before is forgotten.
function setBlockHashes(digest) {
  set.blockHashes(digest)
  set.hashesFrom(0)
}

function foldedHash(digest, hash) -> folded {
  folded := machine.compress(20, digest, eightLimbs(and(hash, 0xffffffffffffffffffffffffffffffff)))
  folded := machine.compress(20, folded, eightLimbs(shr(128, hash)))
}

// The digest of which the elements are the eight limbs of 128 bits, the lowest first: limbs are exchanged, then moved apart.
function eightLimbs(v) -> elements {
  v := or(shl(64, and(v, 0xffffffffffffffff)), shr(64, v))
  let low := and(v, 0xffffffff00000000ffffffff)
  v := or(shl(32, low), and(shr(32, v), 0xffffffff00000000ffffffff))
  low := and(v, 0xffff0000ffff0000ffff0000ffff)
  v := or(shl(16, low), and(shr(16, v), 0xffff0000ffff0000ffff0000ffff))
  v := or(shl(128, shr(64, v)), and(v, 0xffffffffffffffff))
  v := or(shl(32, and(v, 0xffffffff000000000000000000000000ffffffff00000000)), and(v, 0xffffffff000000000000000000000000ffffffff))
  low := 0x0000ffff000000000000ffff000000000000ffff000000000000ffff
  elements := or(shl(16, and(v, shl(16, low))), and(v, low))
}

function blockHash_() -> ok {
  ok := charge(hashGas())
  if ok {
    weigh(blockHashUnits())
    let asked := popUser()
    meterLinks(asked)
    if get.isSpent() { leave }
    let at := sub(get.blockNumber(), 1)
    if and(eq(asked, at), get.hasUnnamedParent()) {
      noteUnnamed()
      ok := 0
      leave
    }
    pushUser(blockHash(asked, at))
  }
}

// 0 for what is not among the last 256 blocks, or is older than the chain of hashes.
function blockHash(asked, at) -> hash {
  if or(gt(asked, at), lt(asked, hashesSince())) { leave }
  if gt(sub(at, asked), 255) { leave }
  let from := get.hashesFrom()
  if iszero(from) {
    from := sub(add(at, 1), get.hasUnnamedParent())
    set.hashesBehind(get.blockHashes())
  }
  if lt(asked, from) { unroll(from, asked) }
  hash := hashOfLimbs(load.hashAt(and(asked, 0xff)))
}

// Takes the links of the blocks before `from` off the chain, down to the one that is asked for. The witness has their hashes with limbs
// in pairs, as the two compressions take them; a limb has 16 bits, so a hash has no other form.
function unroll(from, asked) {
  let digest := get.hashesBehind()
  let mask := 0x0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff
  for {} lt(asked, from) {} {
    let limbs := machine.foldedHash(digest)
    let before := machine.foldedBefore(digest)
    let low := machine.compress(20, before, and(limbs, mask))
    if sub(machine.compress(20, low, and(shr(16, limbs), mask)), digest) { machine.panic(0x26) }
    from := sub(from, 1)
    store.hashAt(and(from, 0xff), limbs)
    digest := before
  }
  set.hashesFrom(from)
  set.hashesBehind(digest)
}

// The pairs are reversed, then the lower limbs of all parted from the upper ones.
function hashOfLimbs(v) -> hash {
  v := or(shl(128, v), shr(128, v))
  let low := 0xffffffffffffffff0000000000000000ffffffffffffffff
  v := or(shl(64, and(v, low)), and(shr(64, v), low))
  low := 0xffffffff00000000ffffffff00000000ffffffff00000000ffffffff
  v := or(shl(32, and(v, low)), and(shr(32, v), low))
  v := exchange(v, 0xffff000000000000ffff000000000000ffff000000000000ffff0000, 16)
  v := exchange(v, 0xffffffff000000000000000000000000ffffffff00000000, 32)
  hash := exchange(v, 0xffffffffffffffff0000000000000000, 64)
}

// Exchanges the bits of a mask with those that are so many places above them.
function exchange(v, mask, distance) -> exchanged {
  let different := and(xor(v, shr(distance, v)), mask)
  exchanged := xor(v, xor(different, shl(distance, different)))
}
