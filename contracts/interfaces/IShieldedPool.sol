// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @notice A proven transfer: two notes are spent, two are created, coins enter or leave.
/// @param root Root of the tree that the proof is about.
/// @param nullifiers Of the spent notes. A nullifier is spent once.
/// @param commitments To the created notes.
/// @param valueIn Gwei that the sender pays in.
/// @param valueOut Gwei that leave: `fee` to the sender, the rest to `recipient`.
/// @param relayer The only account that may send this; 0 for any.
/// @param ciphertexts The created notes, for their owners. The pool does not read them. Both are empty in a full tree, where the created
/// notes are lost: they hold nothing.
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
    /// @notice The tree never had this root: prove again with the chain's present state.
    error UnknownRoot(bytes32 root);
    /// @notice The note of this nullifier is spent already, or is spent twice here.
    error NullifierSpent(bytes32 nullifier);
    /// @notice The fee is more than the value that leaves the pool.
    error FeeTooHigh(uint256 limit, uint256 actual);
    /// @notice The tree's last room is for withdrawals, so it takes no deposit or payment: use another pool.
    error TreeFull();
    /// @notice The tree has no room for notes: withdraw whole notes, with empty ciphertexts.
    error NoRoomForNotes();
    /// @notice The gas left is not enough for the recipient: send with more.
    error GasTooLow(uint256 needed, uint256 left);
    /// @notice The pool owes the account nothing.
    error NothingOwed(address account);
    /// @notice The account does not take its coins: name another one.
    error PaymentRefused(address account);

    /// @notice Two notes were spent and two created.
    /// @param index Of the first commitment in the tree; the second follows it.
    event Transacted(uint256 indexed index, bytes32[2] nullifiers, bytes32[2] commitments, bytes[2] ciphertexts);
    /// @notice Notes were spent by a withdrawal from a full tree, and none were created.
    event NotesSpent(bytes32[2] nullifiers);
    /// @notice Coins left the notes.
    event Withdrawn(address indexed recipient, uint256 amount, address indexed relayer, uint256 fee);

    /// @notice The recipient of a withdrawal by a relayer did not take its coins: the pool owes them to it.
    event PaymentOwed(address indexed account, uint256 amount);
    /// @notice An account had its debt by the pool paid to `to`.
    event Claimed(address indexed account, address indexed to, uint256 amount);

    /// @notice Applies a transfer whose proof is right. Reverts with a reason above, or one of {IStarkVerifier}.
    /// @dev Without a relayer a recipient that refuses its coins reverts the transfer. With one, the relayer gets its fee, and the recipient
    /// is called with 100,000 gas and may claim coins that it did not take.
    /// The last 16,384 pairs of the tree are for withdrawals: nothing paid in, and more paid out than the fee. A full tree takes
    /// withdrawals that create no notes, so every note can leave.
    function transact(JoinSplit calldata transfer, bytes calldata proof) external payable;

    /// @notice Pays the pool's debt to the caller. Reverts with NothingOwed or PaymentRefused.
    function claim(address to) external;

    /// @notice Wei of withdrawals that the account has not taken.
    function owed(address account) external view returns (uint256);

    /// @notice True for each root that the tree has had: a note that was in it once is in it.
    function isRoot(bytes32 root) external view returns (bool);

    function isSpent(bytes32 nullifier) external view returns (bool);

    /// @notice Transfers that the tree has room for: of any kind; and of withdrawals, which count in both.
    function transfersLeft() external view returns (uint256 payments, uint256 withdrawals);

    /// @notice Commitments in the tree.
    function commitmentCount() external view returns (uint256);

    /// @notice Digest that a proof of this transfer binds besides its public values.
    function digestOf(JoinSplit calldata transfer) external view returns (bytes32);
}
