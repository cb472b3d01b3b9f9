// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @notice A block of L1 that the registry there has noted, and its leaf under an imported root.
/// @param notedAt Time at which it was noted, seconds by L1's clock; part of the leaf, and no bound on the block's age.
/// @param leafIndex Index of the leaf in the registry.
/// @param siblings Nodes of the registry next to the leaf's path, from the leaf up.
/// @param rootIndex Registry index of an imported root.
struct NotedBlock {
    uint64 notedAt;
    uint256 leafIndex;
    bytes32[] siblings;
    uint256 rootIndex;
}

/// @notice Proof of a slot's content at a noted block.
/// @param header RLP of the block's header, whose keccak is the block's hash.
/// @param accountProof Nodes of the state trie for the account, from the root down; those of less than 32 bytes are inside their parents.
/// @param storageProof Nodes of the account's storage trie for the slot; empty if the account is not in the state.
struct L1SlotProof {
    NotedBlock noted;
    bytes header;
    bytes[] accountProof;
    bytes[] storageProof;
}

/// @notice Content of a slot on L1 after a block.
/// @param value 0 also if the slot or the account does not exist.
/// @param blockNumber Number in the block's header.
/// @param timestamp Time in the block's header, seconds by L1's clock: the value is as old as that.
struct L1Value {
    uint256 value;
    uint64 blockNumber;
    uint64 timestamp;
}

/// @title Storage of L1's contracts, at blocks that L1 has noted
/// @notice A block's hash is in a leaf of the registry on L1 (ITransactionRootRegistry.noteBlock), the registry's root was imported, the hash
/// is that of the header, and the header has the state's root. L1 never executes a batch of this chain whose imports are not in the
/// registry's history, so a value either was on L1 or is undone with its batch.
/// @dev Any account may call it; it has no owner. A value is never newer than its block: the slot can have changed since, which
/// no proof shows. A reader states how old the block may be. A block may be noted 8,191 blocks late, so the header's time
/// counts. It trusts L1's consensus alone, and no quorum.
/// A chain that settles on a chain (its base) cannot check blocks of L1. It gets stored states from the same contract on its base, through its queue
/// there: readers trust the base, as all of the chain does.
interface IL1Storage {
    /// @notice A state of the slot that is newer than the stored one was stored.
    event SlotStored(address indexed account, uint256 indexed slot, L1Value value);

    /// @notice This chain settles on another chain, whose registry notes no block of L1. States are forwarded from there.
    error NotOnL1();
    /// @notice This chain settles on L1: its states come with proofs alone.
    error NotOnBase();
    /// @notice Only the alias of this contract on the base delivers states.
    error NotTheBase(address expected, address actual);
    /// @notice No root of this registry index was imported.
    error RootNotImported(uint256 rootIndex);
    /// @notice The imported root does not hold a block of L1 with this header, number and time of noting at this index.
    error BlockNotInRoot(bytes32 expected, bytes32 actual);
    /// @notice No state of the slot is stored whose header has this time or a later one.
    error NothingStored(address account, uint256 slot, uint256 notBefore);

    /// @notice Content of the slot after the noted block. Reverts unless each step is proven.
    function slotAt(address account, uint256 slot, L1SlotProof calldata proof) external view returns (L1Value memory);

    /// @notice Stores the slot's content after the noted block, unless a state as new is stored.
    /// @return The newest state that is stored.
    function load(address account, uint256 slot, L1SlotProof calldata proof) external returns (L1Value memory);

    /// @notice Sends the newest stored state of the slot to a chain that settles on this one, by an operation in that chain's queue. Any
    /// account, without payment: the operation fits the gas that the queue takes without one.
    /// @param factory That chain's factory, on this chain. Another contract cannot forge a state: only this contract's address on the base counts.
    /// @return canonicalTxHash Hash of the operation on that chain.
    function forward(address factory, uint256 chainId, address account, uint256 slot)
        external
        returns (bytes32 canonicalTxHash);

    /// @notice Stores a state that this contract on the base has, unless a state as new is stored. Only the alias of this contract on
    /// the base.
    function deliver(address account, uint256 slot, L1Value calldata value) external;

    /// @notice The newest stored state of the slot. Reverts with NothingStored if its header's time is before `notBefore`.
    /// @param notBefore Seconds by L1's clock.
    function read(address account, uint256 slot, uint256 notBefore) external view returns (L1Value memory);
}
