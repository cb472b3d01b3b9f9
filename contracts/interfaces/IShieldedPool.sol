// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @notice A proven transfer: two notes are spent, two are created, coins enter or leave.
/// @param root Root of the tree that the proof is about.
/// @param nullifiers Of the spent notes. A nullifier is spent once.
/// @param commitments To the created notes.
/// @param valueIn Gwei that the sender pays in.
/// @param valueOut Gwei that leave: `fee` to the sender, the rest to `recipient`.
/// @param relayer The only account that may send this; 0 for any.
/// @param ciphertexts The created notes, for their owners. The pool does not read them.
struct JoinSplit {
    bytes32 root;
    bytes32[2] nullifiers;
    bytes32[2] commitments;
    uint64 valueIn;
    uint64 valueOut;
    address recipient;
    address relayer;
    uint64 fee;
    bytes[2] ciphertexts;
}

/// @title Pool of coins whose owners and amounts are hidden
/// @notice Anyone may call it; no account has a right over it. It trusts its verifier and its tree, which its deployer names and
/// no account can change. If the verifier accepted a false proof, the coins could be taken; if it refused true ones, they could not be spent.
/// @dev A proof is bound to chain, pool, recipient, relayer, fee and ciphertexts. It hides which notes are spent, their owners and
/// values; not the account that sends the transaction, nor the values that enter and leave.
interface IShieldedPool {
    /// @notice Coins that the call carries differ from `valueIn`.
    error PaymentMismatch(uint256 expected, uint256 actual);
    /// @notice The transaction is another account's to send.
    error NotTheRelayer(address relayer, address sender);
    /// @notice The root is not one of the last 64: prove again with a newer root.
    error UnknownRoot(bytes32 root);
    /// @notice The note of this nullifier is spent already, or is spent twice here.
    error NullifierSpent(bytes32 nullifier);
    /// @notice The fee is more than the value that leaves the pool.
    error FeeTooHigh(uint256 limit, uint256 actual);
    /// @notice The tree has no room for two more commitments: use another pool.
    error TreeFull();
    /// @notice The account does not take its coins: name another recipient.
    error PaymentRefused(address account);

    /// @notice Two notes were spent and two created.
    /// @param index Of the first commitment in the tree; the second follows it.
    event Transacted(uint256 indexed index, bytes32[2] nullifiers, bytes32[2] commitments, bytes[2] ciphertexts);
    /// @notice Coins left the pool.
    event Withdrawn(address indexed recipient, uint256 amount, address indexed relayer, uint256 fee);

    /// @notice Applies a transfer whose proof is right. Reverts with a reason above, or one of {IStarkVerifier}.
    function transact(JoinSplit calldata transfer, bytes calldata proof) external payable;

    /// @notice True for the last 64 roots.
    function isRecentRoot(bytes32 root) external view returns (bool);

    function isSpent(bytes32 nullifier) external view returns (bool);

    /// @notice Commitments in the tree.
    function commitmentCount() external view returns (uint256);

    /// @notice Digest that a proof of this transfer binds besides its public values.
    function digestOf(JoinSplit calldata transfer) external view returns (bytes32);
}
