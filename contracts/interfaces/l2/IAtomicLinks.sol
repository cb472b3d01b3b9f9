// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @notice A call that a chain sends to another chain, on the condition that it is received.
/// @param nonce Number of the sender's links that were sent before it on its chain.
/// @param expires Last second, of either chain's time, at which it is sent and received.
struct Link {
    uint256 fromChain;
    uint256 toChain;
    address sender;
    uint64 nonce;
    address recipient;
    uint64 expires;
    bytes data;
}

/// @title Contract that a link calls
interface ILinkRecipient {
    /// @notice Called by {IAtomicLinks} in the batch that receives the link. If it reverts, the link is not received, so it is not sent.
    /// @param sender The account on `fromChain` that sends the link.
    function onLink(uint256 fromChain, address sender, bytes calldata data) external;
}

/// @title Calls between two chains that both send and receive, or neither
/// @notice At one address of every chain (CREATE2); the other end is this contract on the other chain. A link is sent only after its receipt
/// is confirmed, and received only after it is proven to be sent. So it is in two batches that need each other: L1 executes them in one
/// call (ILinkedExecution) or never. If one end fails, both chains rebuild their batches without it.
/// @dev Any account may call any function; sequencers have the proofs. Trusted: the execution of both chains. A chain whose
/// quorum lies about its execution can claim a receipt, and then the sender's part alone happens. A receipt
/// proves no other message of its chain, so no message exists only because a contract believed it.
interface IAtomicLinks {
    event LinkConfirmed(bytes32 indexed id, uint256 indexed chainId, uint256 indexed batchNumber);
    event LinkSent(bytes32 indexed id, uint256 indexed toChain, address indexed sender, Link link);
    event LinkReceived(bytes32 indexed id, uint256 indexed fromChain, address indexed sender, address recipient);

    /// @notice No receipt of this link by the other chain is confirmed here: send it by `hyperchain_sendLink`.
    error LinkUnconfirmed(bytes32 id);
    error LinkAlreadyReceived(bytes32 id);
    error LinkExpired(uint256 expires, uint256 actual);
    /// @notice The link goes to another chain than this one, or from this one to itself.
    error LinkMisdirected(uint256 toChain, uint256 chainId);
    error LinkRecipientWithoutCode(address recipient);
    /// @notice The link to that batch is not imported here, or its batch has another log than the receipt at this index.
    error ReceiptNotProven(bytes32 id, uint256 chainId, uint256 batchNumber);
    /// @notice No imported fact or root shows that the batch sends this link.
    error LinkNotProven(bytes32 id, uint256 chainId, uint256 batchNumber);

    /// @notice Notes that a batch of another chain receives a link. This chain's open batch imports the link to it (LinkIndex).
    /// @param index Of the receipt's log in that batch.
    /// @param siblings From the log up: 14 words.
    function confirm(bytes32 id, uint256 chainId, uint256 batchNumber, uint256 index, bytes32[] calldata siblings) external;

    /// @notice Sends a link of the caller. Reverts unless its receipt by the other chain is confirmed.
    /// @return id Hash of the link.
    function send(uint256 toChain, address recipient, bytes calldata data, uint64 expires) external returns (bytes32 id);

    /// @notice Receives a link once: proves that the batch of `fromChain` sends it, calls the recipient, and sends the receipt. Reverts with
    /// the recipient's error.
    /// @param proof As MessageVerification takes it.
    function receiveLink(Link calldata link, uint256 batchNumber, uint256 index, bytes32[] calldata proof) external;

    /// @notice Number of links that the account has sent from this chain.
    function nonceOf(address sender) external view returns (uint64);

    function isConfirmed(bytes32 id, uint256 chainId) external view returns (bool);

    function isReceived(bytes32 id) external view returns (bool);
}
