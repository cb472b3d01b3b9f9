/** EIP-712 fields of a guardian's signature: it stores the pubdata of a batch, and L1 accepts the signature until a second. */
export const GUARDIAN_TYPES = {
  DataAvailability: [
    { name: "preCommitment", type: "bytes32" },
    { name: "pubdataHash", type: "bytes32" },
    { name: "validUntil", type: "uint64" },
  ],
};

/** Seconds for which L1 accepts a guardian's signature. The second before them is the one whose weights count. */
export const GUARDIAN_VALIDITY_SECONDS = 3_600n;

/**
 * EIP-712 fields of a chain's request to a guardian, in the domain of the chain's contract: batch, data, and the end of the
 * signature. A batch without changes of a porter has the hash of nothing as the list's.
 */
export const GUARDIAN_REQUEST_TYPES = {
  GuardianRequest: [
    { name: "preCommitment", type: "bytes32" },
    { name: "pubdataHash", type: "bytes32" },
    { name: "porterListHash", type: "bytes32" },
    { name: "validUntil", type: "uint64" },
  ],
};
