/** EIP-712 fields of a guardian's signature: it stores the pubdata of a batch, and L1 accepts the signature until a second. */
export const GUARDIAN_TYPES = {
  DataAvailability: [
    { name: "preCommitment", type: "bytes32" },
    { name: "pubdataHash", type: "bytes32" },
    { name: "validUntil", type: "uint64" },
  ],
};
