// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice All that is chosen when a chain is created. Nothing of it changes afterwards.
/// @param admin The account that represents the chain; has no power over batches or assets.
/// @param baseToken ERC-20 on L1 with which gas is paid; address 1 is ETH.
/// @param dataAvailabilityPolicy IDataAvailabilityPolicy. A contract; if it is a proxy, the chain's data are as available as the
/// proxy's owner likes. Likewise the filterer and the base token.
/// @param transactionFilterer ITransactionFilterer that says which operations may enter the queue; 0 lets all in.
/// @param sequencingMode Mode in the lowest byte, flags above it. 0: one sequencer. 1: L1's queue alone makes the order; then without validators and filterer. Mode and flags need a proven version.
/// Flag 2^8: the state has the fact about the newest batch with logs and the mask of imported facts, as members of a hub need.
/// Flag 2^9: each batch exports a hash of its inputs, which its proof covers and a policy can compare.
/// @param cheatsAllowed Whether batches may contain state cheats. True only on chains for tests.
/// @param isGoverned Whether a version that is retired, frozen or halted stops the chain.
/// @param takesReplacements Whether its admin takes it at once to the version that replaces a halted one. Only where it is governed.
/// @param requiresSecondCheck Whether a batch executes only after the second verifier of its version has confirmed it. Only with a version
/// that has one: on L1, and without proofs of execution, hence with a quorum.
/// @param validatorThreshold How many validators must sign a batch. 0, without validators: no signatures, and batches come by `settle` alone;
/// then the version proves execution, executionDelay is 0, cheats are not allowed, and the data are on chain.
/// @param standbyThreshold The same of the standby; 0 without one.
/// @param executionDelay Seconds between commit and execution of a batch.
/// @param priorityOpWindow Seconds that the sequencer has for an operation when the queue is idle.
/// @param exitDelay The exit opens when an operation is not executed at its deadline + priorityOpWindow + exitDelay. Longer than
/// priorityOpWindow, executionDelay and the factory's recoveryTime together; with a standby also
/// longer than recoveryTime and twice executionDelay.
/// @param priorityGasPerSecond L2 gas of queued operations that the sequencer must be able to take per second; at least
/// 50,000, since deadlines of operations behind a flood are that much later, and at most 100,000, which a plain machine can take.
/// @param l2GasPrice Price of operations' gas in the base token's smallest unit, at most 10^12.
/// @param sequencer Contract that orders a chain of another mode of sequencing; 0 in modes 0 and 1.
/// @param importBatches How many imports bring the chain's first state (IChainImports); 0: it begins with its version's genesis.
/// @param importStateRoot State root after the last import; 0 without any.
/// @param importData Rolling hash of the imports' data: h <- keccak256(h ‖ keccak256 of an import's pubdata), from 0; 0 without any.
/// @param validators Strictly ascending addresses.
/// @param standby Signs where the validators leave an operation that is overdue; strictly ascending, empty without one.
struct ChainConfiguration {
    uint256 chainId;
    uint256 protocolVersion;
    address admin;
    address baseToken;
    address dataAvailabilityPolicy;
    address transactionFilterer;
    uint16 sequencingMode;
    bool cheatsAllowed;
    bool isGoverned;
    bool takesReplacements;
    bool requiresSecondCheck;
    uint64 validatorThreshold;
    uint64 standbyThreshold;
    uint64 executionDelay;
    uint64 priorityOpWindow;
    uint64 exitDelay;
    uint64 priorityGasPerSecond;
    uint128 l2GasPrice;
    address sequencer;
    uint32 importBatches;
    bytes32 importStateRoot;
    bytes32 importData;
    address[] validators;
    address[] standby;
}
