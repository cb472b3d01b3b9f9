// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {AssetTransfer} from "../../types/AssetTransfer.sol";
import {MessageInclusionProof} from "./IMessageVerification.sol";
import {IRestrictedCallers} from "./IRestrictedCallers.sol";
import {IReceivedMessages} from "./IReceivedMessages.sol";

/// @title Assets to and from L1 and other chains
/// @notice Every amount that leaves is an asset message to L1. L1 takes it from this chain's balance when the batch
/// executes, before any other chain can see the message; so an arrival that is proven here is backed, whatever the sending
/// chain's quorum says, and what is minted here is never more than L1 holds for this chain.
interface IL2AssetRouter is IRestrictedCallers, IReceivedMessages {
    event WithdrawalInitiated(
        address indexed l2Sender, bytes32 indexed assetId, address l1Receiver, uint256 amount, bytes32 messageHash
    );
    event DepositFinalized(bytes32 indexed assetId, address indexed l2Receiver, uint256 amount, address l1Sender);
    event TransferSent(
        uint256 indexed destinationChainId,
        address indexed sender,
        bytes32 indexed assetId,
        address recipient,
        uint256 amount,
        bytes32 messageHash
    );
    /// @notice The message of another chain was consumed; its amount went to the recipient or to the interop handler.
    event TransferDelivered(
        uint256 indexed sourceChainId,
        bytes32 indexed messageHash,
        bytes32 indexed assetId,
        address recipient,
        uint256 amount
    );

    /// @notice A transfer from here went to a chain id that no chain had, and came back. Where the interop handler had sent it, it
    /// is on its way again.
    event TransferRefunded(
        bytes32 indexed messageHash,
        address indexed sender,
        bytes32 indexed assetId,
        address recipient,
        uint256 amount
    );

    /// @notice A list of the open batch began. Its asset message comes with the batch's closing, or when it gives up its place.
    event ListOpened(uint256 indexed destinationChainId, address indexed token, uint256 number);
    /// @notice A transfer is in a list; its transaction tells the sender.
    /// @param list The list's name: keccak of tag, batch's number and list's number.
    /// @param entry Recipient (20) ‖ amount (12).
    event TransferListed(bytes32 indexed list, uint256 place, bytes32 entry);
    /// @notice A list left: with the batch that ends here, or before, since it gave up its place to another.
    event ListSent(bytes32 indexed list, uint256 indexed destinationChainId, bytes32 indexed messageHash, uint256 number);
    /// @notice Paying an entry failed. The amount waits for `claimListed`.
    event ListedOwed(
        bytes32 indexed assetId,
        address indexed recipient,
        uint256 amount,
        uint256 sourceChainId,
        bytes32 messageHash
    );
    /// @notice The account that delivered a transfer got its fee, which is part of the transfer's amount.
    event DeliveryPaid(bytes32 indexed messageHash, address indexed deliverer, uint256 fee);
    event ListedClaimed(bytes32 indexed assetId, address indexed recipient, uint256 amount);

    error UnexpectedValue(uint256 value);
    /// @notice A refund follows from the record of a batch that L1 has executed, and a proof against a fact has none.
    error FactNotEnough(uint256 chainId, uint256 batchNumber);
    /// @notice Base token that L1 does not back cannot leave.
    error UnbackedList(uint256 unbacked);
    /// @notice These are not the entries that the list's message names.
    error ListMismatch(bytes32 expected, bytes32 actual);
    /// @notice The sum of the entries exceeds the list's amount: its chain lied.
    error ListSumMismatch(uint256 expected, uint256 actual);
    error NotEnoughGasForEntry(uint256 required, uint256 actual);
    error NothingOwed(bytes32 assetId, address recipient);
    error ZeroAmount();
    error ZeroRecipient();
    error InvalidDestination(uint256 chainId);
    error AssetIdMismatch(bytes32 expected, bytes32 actual);
    /// @notice L1 pays out assets that originate there; others return to their origin.
    error AssetNotOnL1(uint256 originChainId, address originToken);
    error UnknownAsset(bytes32 assetId);
    /// @notice Base token leaves for L1 through its own predeploy.
    error BaseTokenNotSupported();
    error RecipientNotAllowed(address recipient);
    error NotAnAssetMessage();
    error WrongKind(uint8 expected, uint8 actual);
    error AlreadyDelivered(uint256 sourceChainId, bytes32 messageHash);
    /// @notice The transfer's batch began before this chain existed. Its sender gets it back on the chain that sent it.
    error SentBeforeChain(uint256 firstTimestamp, uint256 bornAt);
    error AlreadyRefunded(bytes32 messageHash);
    /// @notice A refund goes to the transfer's sender, or wherever that account itself asks for.
    error NotTheSender(address expected, address actual);
    /// @notice Other chain ids than those that L1 refused in the transfer's batch.
    error RefusedMismatch(bytes32 expected, bytes32 actual);
    /// @notice L1 has the transfer in transit to its destination, or the destination has it.
    error NotRefused(uint256 destinationChainId);

    /// @notice Mints a deposit. Only the priority operation of the shared bridge on L1, whose alias is the caller.
    /// @dev The bridge is trusted: it locked the amount. ZK Stack's selector and data: `transferData` is
    /// `abi.encode(l1Sender, l2Receiver, originToken, amount, metadata)`.
    /// @param sourceChainId Chain id of L1.
    function finalizeDeposit(uint256 sourceChainId, bytes32 assetId, bytes calldata transferData) external payable;

    /// @notice Withdraws a bridged token of L1 to L1, without an approval.
    function withdraw(address l1Receiver, address l2Token, uint256 amount) external;

    /// @notice Likewise by asset id; `assetData` is `abi.encode(amount, l1Receiver, ignored)`.
    /// @return messageHash keccak256 of the asset message.
    function withdraw(bytes32 assetId, bytes calldata assetData) external returns (bytes32 messageHash);

    /// @notice Sends an amount to an account on another chain. Base token (0x800a) is attached as value.
    /// @dev What is sent to a chain that does not exist comes back (`refundTransfer`). What a chain never receives stays in transit on
    /// L1, until that chain stops.
    /// @return messageHash keccak256 of the asset message.
    function sendToChain(uint256 destinationChainId, address token, uint256 amount, address recipient)
        external
        payable
        returns (bytes32 messageHash);

    /// @notice Sends an amount to an account on another chain in a list: one asset message carries all that this batch sends there of the
    /// token, up to 128 transfers. Base token (0x800a) is attached as value. Below 2^96 each entry.
    /// @dev 16 lists wait for the batch's closing. The next that begins has a short one sent at once, in its place and at its sender's cost.
    /// A list keeps no senders. What goes to a chain that does not exist comes back to the recipients, on this chain
    /// (`refundList`), and what a chain never receives goes to them on L1 once that chain has stopped (StateExit.refundListed). So it is for
    /// recipients with a key; for contracts use `sendToChain`.
    function sendListed(uint256 destinationChainId, address token, uint256 amount, address recipient) external payable;

    /// @notice Likewise, with a fee in addition to the amount and in the same token for the account that
    /// delivers the list, which gets the fees of all entries. Below 2^96.
    /// @dev A list stores no senders, so no fee is refunded to a sender: where L1 refused the list, the
    /// account that has it paid here gets the fees (`refundList`), and on L1 the owner of its first entry
    /// does.
    function sendListedWithFee(uint256 destinationChainId, address token, uint256 amount, uint256 fee, address recipient)
        external
        payable;

    /// @notice Sends the open batch's lists. Only the messenger, which the batch's closing calls.
    function closeLists() external;

    /// @notice Pays all entries of a list that was sent here, and the fees to the caller. Anyone, once a list. What an entry's token refuses to pay is owed.
    /// @param number The list's number in its batch.
    /// @param entries All of them, in their order: the sending chain's events have them, and its state after the list's batch.
    function deliverList(MessageInclusionProof calldata message, uint256 number, bytes32[] calldata entries) external;

    /// @notice Pays a list of this chain, which L1 refused as in `refundTransfer`, to its recipients here, and its fees to the caller. Anyone.
    function refundList(
        MessageInclusionProof calldata sent,
        uint256[] calldata refused,
        uint256 number,
        bytes32[] calldata entries
    ) external;

    /// @notice Pays what a recipient is owed of an asset. Anyone.
    function claimListed(uint256 originChainId, address originToken, address recipient) external;

    /// @notice Amount that `claimListed` would pay.
    function owedOf(bytes32 assetId, address recipient) external view returns (uint256);

    /// @notice Value that the newest batch with the place wrote there: entry `place` of its list `number`.
    function listedEntry(uint256 number, uint256 place) external view returns (bytes32);

    /// @notice Sends an amount to an account of this chain, of L1 or of another chain: paid at once, by a withdrawal, or as by
    /// `sendToChain`. Base token (0x800a) is attached as value.
    /// @dev On this chain it is burnt and minted in one step, so that no recipient refuses base token and no allowance differs by route.
    /// @param to The account and its chain (ERC-7930).
    /// @return messageHash keccak256 of the asset message; 0 on this chain.
    function send(bytes calldata to, address token, uint256 amount) external payable returns (bytes32 messageHash);

    /// @notice Likewise, with the caller's allowance for the token vault by signature (ERC-2612). A permit
    /// that does not pass, as one that was used before it came here, does not cause a revert: the allowance
    /// decides.
    function sendWithPermit(
        bytes calldata to,
        address token,
        uint256 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external returns (bytes32 messageHash);

    /// @notice Sends an amount to an account of another chain, with a fee in the same token for the account
    /// that delivers it there.
    /// @dev The caller gives both; base token is attached as value. A refund to the caller, here or on L1,
    /// includes the fee. The deliverer decides whether to accept this token for a fee.
    /// @param to The account and its chain (ERC-7930).
    function sendWithFee(bytes calldata to, address token, uint256 amount, uint256 fee)
        external
        payable
        returns (bytes32 messageHash);

    /// @notice Takes an amount from `sender`, the caller of the interop center, and sends it to the interop handler of another
    /// chain. Only the interop center.
    function sendToHandler(address sender, uint256 destinationChainId, address token, uint256 amount)
        external
        payable
        returns (bytes32 messageHash);

    /// @notice Pays out what was sent here from another chain, and the fee to the caller. Anyone, once a message.
    function deliver(MessageInclusionProof calldata message) external;

    /// @notice Refunds a transfer of this chain that L1 refused because no chain had the destination's id
    /// before the first block of the transfer's batch. Anyone, to the sender, whatever it is; the sender
    /// itself, to any recipient. What the interop handler had sent back to another chain goes there once more
    /// instead: its recipient is an account of that chain.
    /// @dev The registry's record of the batch is trusted: L1 left the amount in this chain's balance, and
    /// moved none of it to the destination, which refuses the transfer (`SentBeforeChain`) whenever it is
    /// created.
    /// @param sent The transfer in an executed batch of this chain, under an imported root.
    /// @param refused The chain ids that L1 refused in the batch, as the chain's contract on L1 told them
    /// (TransfersRefused).
    function refundTransfer(MessageInclusionProof calldata sent, uint256[] calldata refused, address recipient) external;

    /// @notice Consumes a message whose recipient is the interop handler, without paying out. Only the interop handler, which
    /// then owes the amount: it releases it or sends it back in the same transaction.
    function deliverToHandler(MessageInclusionProof calldata message)
        external
        returns (bytes32 messageHash, AssetTransfer memory transfer);

    /// @notice Pays out what the interop handler owes. Only the interop handler.
    function release(uint256 originChainId, address originToken, address to, uint256 amount) external;

    /// @notice Sends what the interop handler owes back to another chain. Only the interop handler.
    function sendBack(
        uint256 destinationChainId,
        uint256 originChainId,
        address originToken,
        address recipient,
        uint256 amount
    ) external returns (bytes32 messageHash);

    /// @notice Whether another chain's message was consumed; of this chain's own id, whether its transfer was refunded.
    function isDelivered(uint256 sourceChainId, bytes32 messageHash) external view returns (bool);

    function L1_ASSET_ROUTER() external view returns (address);
    function L1_CHAIN_ID() external view returns (uint256);
    function BASE_TOKEN_ASSET_ID() external view returns (bytes32);
    function l1SharedBridge() external view returns (address);

    /// @notice This chain's token for an L1 token, whether or not it exists yet.
    function l2TokenAddress(address l1Token) external view returns (address);

    /// @notice The L1 token behind a bridged token; 1 for ETH, 0 if the token is not from L1.
    function l1TokenAddress(address l2Token) external view returns (address);

    /// @notice The native token vault, for every asset.
    function assetHandlerAddress(bytes32 assetId) external view returns (address);
}
