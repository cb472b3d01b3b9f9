// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AssetFlow} from "../types/AssetFlow.sol";
import {FinalizeL1DepositParams, L2TransactionRequestTwoBridgesInner} from "../types/L2Transactions.sol";
import {IChainCallers} from "./IChainCallers.sol";
import {IFactoryCaller} from "./IFactoryCaller.sol";
import {IKnownChains} from "./IKnownChains.sol";
import {IReentrancyGuard} from "./IReentrancyGuard.sol";

/// @notice Recorded recipient of the refund of a queued operation's token deposit.
struct TokenDeposit {
    address depositor;
    address token;
    uint256 amount;
}

/// @title Vault and asset router of the ecosystem
/// @notice Holds every asset that is on any chain. Per chain and asset it keeps a balance (what the chain may
/// send out), a claim pot (withdrawals of executed batches that wait for their claims), and transit (sent to
/// the chain by others and not yet delivered). What a batch sends to a chain id that no chain had before its
/// first block is refused: it stays in the sending chain's balance, the registry tells that chain so, and no
/// chain that takes the id later can have it. For assets of L1 the sum of all is what the bridge holds.
/// @dev No account has rights except the factory (deposits), chains' contracts (flows of their batches,
/// refunds) and the state exit (holdings on stopped chains, transfers to them). A chain whose quorum lies can
/// move its own balances, and take or hold back what is on its way to it, also after it has stopped; an
/// overdraft reverts. So a sender to a chain trusts it as its own users do, and no other account has to. Not
/// supported: tokens that take a fee (refused on deposit) and tokens whose balances change without transfers.
/// A token's own admin can still freeze or take what the bridge holds of it.
interface ISharedBridge is IChainCallers, IFactoryCaller, IKnownChains, IReentrancyGuard {
    /// @notice A deposit entered a chain's balance. `token` 0 is ETH.
    event DepositReceived(uint256 indexed chainId, address indexed depositor, address indexed token, uint256 amount);
    /// @notice ZK Stack's event of a token deposit.
    event BridgehubDepositInitiated(
        uint256 indexed chainId,
        bytes32 indexed txDataHash,
        address indexed from,
        bytes32 assetId,
        bytes bridgeMintCalldata
    );
    event BridgehubDepositFinalized(
        uint256 indexed chainId, bytes32 indexed txDataHash, bytes32 indexed l2DepositTxHash
    );
    event FlowApplied(
        uint256 indexed chainId, uint8 indexed kind, bytes32 indexed assetId, uint256 destinationChainId, uint256 amount
    );
    event WithdrawalClaimed(
        uint256 indexed chainId,
        uint256 indexed batchNumber,
        uint256 indexed messageIndex,
        address recipient,
        address token,
        uint256 amount
    );
    event DepositRefunded(
        uint256 indexed chainId, bytes32 indexed canonicalTxHash, address indexed recipient, address token, uint256 amount
    );

    error EtherAmountMismatch(uint256 expected, uint256 actual);
    error TokenAmountMismatch(uint256 expected, uint256 actual);
    error AmountTooLarge(uint256 limit, uint256 actual);
    error BaseTokenLimitExceeded(uint256 limit, uint256 actual);
    error BaseTokenThroughSecondBridge(address token);
    error L2ValueNotZero(uint256 actual);
    error MalformedDepositData();
    error UnknownAsset(bytes32 expected, bytes32 actual);
    error BalanceOverdraft(uint256 chainId, bytes32 assetId, uint256 balance, uint256 amount);
    error TransitOverdraft(uint256 chainId, bytes32 assetId, uint256 transit, uint256 amount);
    error ClaimPotOverdraft(uint256 chainId, bytes32 assetId, uint256 pot, uint256 amount);
    error BatchNotExecuted(uint256 chainId, uint256 batchNumber);
    error LogNotIncluded(bytes32 expectedRoot, bytes32 actualRoot);
    error NotAWithdrawal();
    /// @notice The index names a fact or a link, which only the batches of a chain import, because L1 checks them when it executes the batch. Or
    /// it names a statement that is not recorded.
    error NotARoot(uint256 index);
    error NotAnAssetSender(address sender);
    error AssetNotOnL1(uint256 originChainId, address originToken);
    error WithdrawalAlreadyFinalized(uint256 chainId, uint256 batchNumber, uint256 messageIndex);
    error DepositUnknown(bytes32 expected, bytes32 actual);
    error DepositAlreadyRefunded(bytes32 canonicalTxHash);
    /// @notice Claims of holdings are made at the state exit.
    error OnlyStateExit(address expected, address actual);

    /// @notice Takes a request's base token into the chain's balance. Only the factory.
    /// @param token 0 is ETH, which comes with the call; otherwise it is pulled from `payer`, which must have approved it.
    function depositBaseToken(uint256 chainId, address token, address payer, uint256 amount) external payable;

    /// @notice Second bridge of a request: takes a token and says what the chain must be told. Only the factory.
    /// @param data `0x01 ‖ abi.encode(assetId, abi.encode(amount, receiver, token))` or `abi.encode(token, amount, receiver)`;
    /// token 0 and 1 are ETH; receiver 0 is the caller, or its alias if it is a contract.
    function bridgehubDeposit(uint256 chainId, address originalCaller, uint256 l2Value, bytes calldata data)
        external
        payable
        returns (L2TransactionRequestTwoBridgesInner memory);

    /// @notice Remembers which operation carries a deposit. Only the factory.
    function bridgehubConfirmL2Transaction(uint256 chainId, bytes32 txDataHash, bytes32 txHash) external;

    /// @notice Moves a batch's sums: deliveries first, then withdrawals and sends. Only the chain's own
    /// contract, on executing the batch. Assets that originate on the chain itself have no limit there. What
    /// is sent to an id that no chain had before the batch's first block is not moved: the sending chain
    /// refunds it (IL2AssetRouter.refundTransfer).
    /// @param firstTimestamp Of the batch's first block, by the chain's clock.
    /// @return refused Those ids, each once, in order of appearance.
    function applyFlows(uint256 chainId, uint256 batchNumber, uint256 firstTimestamp, AssetFlow[] calldata flows)
        external
        returns (uint256[] memory refused);

    /// @notice Refunds the base token of an operation that never ran. Only the chain's own contract, after
    /// its exit opened.
    function refundBaseToken(
        uint256 chainId,
        bytes32 canonicalTxHash,
        address baseToken,
        address payer,
        uint256 mintValue
    ) external;

    /// @notice Refunds the token deposit of an operation that never ran; apart from its base token, so that
    /// neither of two assets can hold the other back. Only the chain's own contract, after its exit opened.
    function refundTokenDeposit(uint256 chainId, bytes32 canonicalTxHash, TokenDeposit calldata deposit) external;

    /// @notice Pays a holding on a stopped chain out of that chain's balance. Only `stateExit`, which is trusted to have
    /// checked the holding; it was named when the bridge was deployed.
    function payHolding(uint256 chainId, address token, address recipient, uint256 amount) external;

    /// @notice Pays back what was in transit to a stopped chain. Only `stateExit`, likewise.
    function payTransit(uint256 chainId, address token, address recipient, uint256 amount) external;

    /// @notice Queues an operation on a chain that records a root of the registry there, for a chain that does not import it. Anyone,
    /// at no cost other than L1's gas; no filterer is asked. With the root anyone can deliver what was sent to the chain, also through the
    /// queue: so a chain that takes neither lets its exit open, and then what it has not delivered is refunded. Reverts with NotARoot for
    /// an index of a fact or a link, because the operation would not depend on them, and for a statement that is not recorded.
    function sendRoot(uint256 chainId, uint256 rootIndex) external returns (bytes32 canonicalTxHash);

    /// @notice Pays a withdrawal of an executed batch to its recipient. Anyone.
    function finalizeDeposit(FinalizeL1DepositParams calldata params) external;

    /// @notice Pays a deposit back to its depositor when the chain's log says that it failed. Anyone (ZK
    /// Stack's shape).
    /// @param assetData `abi.encode(amount, receiver, token)`, or the data about the deposit that the chain
    /// received.
    function bridgeRecoverFailedTransfer(
        uint256 chainId,
        address depositSender,
        bytes32 assetId,
        bytes calldata assetData,
        bytes32 l2TxHash,
        uint256 l2BatchNumber,
        uint256 l2MessageIndex,
        uint16 l2TxNumberInBatch,
        bytes32[] calldata merkleProof
    ) external;

    function chainBalance(uint256 chainId, bytes32 assetId) external view returns (uint256);

    function claimPot(uint256 chainId, bytes32 assetId) external view returns (uint256);

    function transit(uint256 destinationChainId, bytes32 assetId) external view returns (uint256);

    /// @notice Whether what a batch sent to this chain id was refused, because no chain had the id before the batch's first block.
    function isRefused(uint256 sourceChainId, uint256 batchNumber, uint256 destinationChainId) external view returns (bool);

    function isWithdrawalFinalized(uint256 chainId, uint256 batchNumber, uint256 messageIndex)
        external
        view
        returns (bool);

    /// @notice Hash that binds an operation to its deposit; 0 for operations without one.
    function depositHappened(uint256 chainId, bytes32 canonicalTxHash) external view returns (bytes32);

    /// @notice Whether an operation's token deposit was paid back.
    function isRefunded(uint256 chainId, bytes32 canonicalTxHash) external view returns (bool);

    /// @notice Whether an operation's base token was paid back.
    function isBaseTokenRefunded(uint256 chainId, bytes32 canonicalTxHash) external view returns (bool);

    /// @notice Contract that pays holdings on stopped chains (IStateExit).
    function stateExit() external view returns (address);
}
