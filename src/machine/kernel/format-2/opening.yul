// What a batch's opening does in format 2 alone.

// The state has what it needs: the first one came with the chain.
function bringState() { }

function tellOpening(since) {
  // openBatch(uint64,uint64)
  callAsBootloader(0x800b, 0x584a4f68, get.nextBatch(), since)
}
