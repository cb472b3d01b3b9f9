// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ChainConfiguration} from "../types/ChainConfiguration.sol";
import {
    L2Log,
    L2Message,
    L2TransactionRequestDirect,
    L2TransactionRequestDirectTo,
    L2TransactionRequestTwoBridgesOuter
} from "../types/L2Transactions.sol";
import {IChainCallers} from "./IChainCallers.sol";
import {IChainDirectory} from "./IChainDirectory.sol";
import {IKnownChains} from "./IKnownChains.sol";
import {IReentrancyGuard} from "./IReentrancyGuard.sol";
import {IVerifierRegistry} from "./IVerifierRegistry.sol";

/// @title Creates chains, and is the hub that clients call (ZK Stack's Bridgehub names)
/// @notice Anyone creates a chain, with two transactions: one announces it without showing it, a later one shows it. So an id
/// cannot be taken from under an account that is about to take it. All chains run one implementation; no account can change it, or reuse a chain id.
/// Ids: on an L1 those below 2^32; on a hyperchain those whose low bits are its own id and whose next bits, 32 to 43 on an L2 and 44
/// to 51 on an L3, number the chain below it. An id thus names its ancestry and stays within the 52 bits that wallets take.
/// @dev No account has rights here. Creating a chain gives its creator nothing either: what a chain can do to its users is in its
/// configuration (quorum, policy, filterer, delays), which everyone can read, and which changes with notice alone (IChainTerms).
interface IChainFactory is IChainDirectory, IChainCallers, IKnownChains, IReentrancyGuard {
    event ChainCreated(
        uint256 indexed chainId,
        address indexed hyperchain,
        address indexed creator,
        ChainConfiguration configuration,
        uint256 bornAt
    );

    /// @notice With its creation, or with the last import of its first state (IChainImports).
    event ChainBorn(uint256 indexed chainId, uint256 bornAt);

    event ChainAnnounced(bytes32 indexed announcement);

    /// @notice With the creation of a chain whose accounts are in two partitions.
    event PorterIdReserved(uint256 indexed chainId, uint256 indexed porterId);

    error MiswiredDeployment(address expected, address actual);
    error ChainIdTaken(uint256 chainId, address hyperchain);
    /// @notice Ids here have `bits` bits, the lowest `prefixBits` of which are `prefix`; 0 is not an id.
    error ChainIdOutOfRange(uint256 prefix, uint256 prefixBits, uint256 bits, uint256 actual);
    error ChainIdOfSettlementChain(uint256 chainId);
    /// @notice The caller has not announced a chain of this configuration with this secret.
    error ChainNotAnnounced(bytes32 announcement);
    error CreationTooEarly(uint256 earliest, uint256 actual);
    error AnnouncementExpired(uint256 expiredAt, uint256 actual);
    /// @notice The chain of this id has another contract than the one that the request names.
    error WrongHyperchain(uint256 chainId, address expected, address actual);
    error AdminMissing();
    error BaseTokenWithoutCode(address baseToken);
    error PolicyWithoutCode(address policy);
    error FiltererWithoutCode(address filterer);
    /// @notice `expected` is the highest mode that there is, `actual` the word with mode and flags.
    error SequencingModeUnsupported(uint16 expected, uint16 actual);
    /// @notice Only a kernel, which a proof of execution covers, holds batches to a mode and its flags.
    error ModeNeedsProofs(uint16 sequencingMode, uint256 version);
    /// @notice Anyone settles a chain whose order is L1's queue alone.
    error QuorumOfQueue(uint256 validators);
    /// @notice Every operation enters the queue of a chain that has nothing else.
    error FiltererOfQueue(address filterer);
    /// @notice Only chains of another mode of sequencing have a sequencer on L1.
    error SequencerUnused();
    /// @notice Terms that no contract keeps yet: chains without governance, replacements of halted versions.
    error TermsUnsupported(bool isGoverned, bool takesReplacements);
    /// @notice The settings leave less time to decide than versions may be frozen.
    error ReactionTimeTooShort(uint256 expected, uint256 actual);
    /// @notice A chain without a quorum gets none by a standby.
    error StandbyWithoutQuorum();
    /// @notice A chain without imports has neither a root nor data of them.
    error ImportsUnused(bytes32 importStateRoot, bytes32 importData);
    error QuorumEmpty();
    error TooManyValidators(uint256 limit, uint256 actual);
    error ValidatorsNotAscending(address previous, address next);
    /// @notice A threshold of 0 is for chains without validators.
    error ThresholdOutOfRange(uint256 validators, uint256 actual);
    /// @notice A chain without a quorum needs a version that proves execution.
    error VersionNeedsQuorum(uint256 version);
    /// @notice A chain without a quorum settles at once, and everything that it settles is proven.
    error DelayWithoutQuorum(uint256 executionDelay);
    /// @notice On a chain without a quorum anyone could cheat.
    error CheatsWithoutQuorum();
    /// @notice A chain without a quorum needs a policy that takes published data with abi.encode(settler), and binds just that.
    error PolicyBindsNoSettler(address policy);
    error PriorityOpWindowOutOfRange(uint256 lowest, uint256 highest, uint256 actual);
    error ExitDelayOutOfRange(uint256 lowest, uint256 highest, uint256 actual);
    /// @notice The exit delay must be longer than window, execution delay and `recoveryTime` together.
    error ExitDelayTooShort(uint256 limit, uint256 actual);
    /// @notice A flood of operations would put the exit of everyone behind it off for too long, or would be due before an honest chain
    /// can have executed it.
    error PriorityGasRateOutOfRange(uint256 lowest, uint256 highest, uint256 actual);
    /// @notice Two windows, exit delay, execution delay and the settings' reaction time, which an upgrade takes, are longer than the
    /// notice of a version's retirement.
    error RetirementNoticeTooShort(uint256 expected, uint256 actual);
    /// @notice The version's reader was added after the first chain, and no chain takes it before this
    /// second.
    error ReaderTooNew(uint256 earliest, uint256 actual);
    error EtherAmountMismatch(uint256 expected, uint256 actual);
    error NotASecondBridge(address bridge, bytes32 magicValue);

    /// @notice Minimum `priorityGasPerSecond` of a chain.
    function MIN_PRIORITY_GAS_PER_SECOND() external view returns (uint256);

    /// @notice Maximum `priorityGasPerSecond` of a chain.
    function MAX_PRIORITY_GAS_PER_SECOND() external view returns (uint256);

    /// @notice Announces a chain without showing it. Anyone. To announce the same again within a day changes nothing.
    /// @param announcement keccak256(abi.encode(keccak256("hyperchain.chain-announcement.v1"), block.chainid, creator, secret,
    /// keccak256(abi.encode(configuration)))).
    function announceChain(bytes32 announcement) external;

    /// @notice Creates a chain that the caller has announced, `revealDelay` or more and at most a day before. Reverts with one of the
    /// errors above for a configuration that cannot work.
    /// @param secret The announcement's; not to be used again.
    function createChain(ChainConfiguration calldata configuration, bytes32 secret) external returns (address hyperchain);

    /// @notice Creates a chain that the caller has announced, and reserves a second id, for which accounts of its porter sign. No chain gets
    /// this id: a chain with it could repeat what they signed. It names no contract, so transfers to it are refunded as those to
    /// an id without a chain.
    /// @param porterId By the rules of chains' ids; ChainIdTaken if it is a chain's or reserved.
    /// @param secret The announcement has keccak256(abi.encode(secret, porterId)) instead, so no account can reserve an id that it sees
    /// another take.
    function createPartitionedChain(ChainConfiguration calldata configuration, uint256 porterId, bytes32 secret)
        external
        returns (address hyperchain);

    /// @notice The chain for whose porter the id is reserved; 0 if it is not.
    function chainOfPorter(uint256 porterId) external view returns (uint256 chainId);

    /// @notice Reverts with one of the errors above unless a chain may have what of this configuration are terms (IChainTerms).
    function checkTerms(ChainConfiguration calldata configuration) external view;

    /// @notice Reverts with ReaderTooNew unless a chain may take the version at that second. What a reader hides of the chain whose batches
    /// it reads harms others: transfers that nothing backs are paid out of what is on its way to their destination, or keep that
    /// from executing its batches. So accounts of all chains have a retirement's notice to leave before one that they did not find here is
    /// taken, and no chain's own notice is longer.
    function requireReader(uint256 version, uint256 time) external view;

    /// @notice Records the last import: from this second the chain exists. Only its contract.
    function recordBirth(uint256 chainId) external;

    /// @notice Versions that chains of this layer can have.
    function verifiers() external view returns (IVerifierRegistry);

    /// @notice Seconds that must pass between a chain's announcement and its creation.
    function revealDelay() external view returns (uint256);

    /// @notice Seconds that every chain must have, in addition to its window and its execution delay, to
    /// rebuild a batch that L1 has refused. 0 only where tests move L1's time.
    function recoveryTime() external view returns (uint256);

    /// @notice When a chain was announced; 0 if it was not, or exists.
    function announcedAt(bytes32 announcement) external view returns (uint256);

    /// @notice Queues a transaction on L2 whose sender is the caller (aliased if a contract) and whose base token the caller
    /// pays; with a mintValue of 0, and little gas, one that is free on L2 (IPriorityQueue). Anyone.
    /// @return canonicalTxHash The operation's hash on L2.
    function requestL2TransactionDirect(L2TransactionRequestDirect calldata request)
        external
        payable
        returns (bytes32 canonicalTxHash);

    /// @notice Likewise, but only if the chain's contract is this one: an id that was created again after an
    /// L1 reorg, or that belongs to another chain than the caller believes, then takes nothing.
    function requestL2TransactionDirectTo(address hyperchain, L2TransactionRequestDirect calldata request)
        external
        payable
        returns (bytes32 canonicalTxHash);

    /// @notice Queues several, on one chain or many, in their order: all of them, or none where one is
    /// refused. Each then succeeds, or reverts, on its chain independently. The ETH that comes with the call
    /// is the sum of what they mint of it. Anyone.
    /// @return canonicalTxHashes The operations' hashes on L2.
    function requestL2TransactionsTogether(L2TransactionRequestDirectTo[] calldata requests)
        external
        payable
        returns (bytes32[] memory canonicalTxHashes);

    /// @notice Queues a transaction whose target and data a second bridge gives, after it has received a
    /// deposit; its sender is that bridge, aliased. Anyone; a bridge of the caller's choice, which must
    /// consent by returning the magic value.
    function requestL2TransactionTwoBridges(L2TransactionRequestTwoBridgesOuter calldata request)
        external
        payable
        returns (bytes32 canonicalTxHash);

    /// @notice Likewise, but only if the chain's contract is this one.
    function requestL2TransactionTwoBridgesTo(address hyperchain, L2TransactionRequestTwoBridgesOuter calldata request)
        external
        payable
        returns (bytes32 canonicalTxHash);

    /// @notice Base token that an operation's gas costs. The L1 gas price does not matter here.
    function l2TransactionBaseCost(
        uint256 chainId,
        uint256 gasPrice,
        uint256 l2GasLimit,
        uint256 l2GasPerPubdataByteLimit
    ) external view returns (uint256);

    /// @notice A chain's base token; address 1 is ETH. Reverts with UnknownChain.
    function baseToken(uint256 chainId) external view returns (address);

    function baseTokenAssetId(uint256 chainId) external view returns (bytes32);

    /// @notice Equal to `getHyperchain`.
    function getZKChain(uint256 chainId) external view returns (address);

    function getAllZKChainChainIDs() external view returns (uint256[] memory);

    /// @notice Start of the chain, with its creation or the last import of its initial state, in seconds of
    /// L1's time; 0 for an id without a chain, and before the last import. What a batch sent to its id that
    /// began then or earlier is refunded (IStateExit), and the chain itself refuses it (ISystemContext).
    function bornAt(uint256 chainId) external view returns (uint256);

    /// @notice Present or future address of the contract of a chain with this configuration.
    function hyperchainAddress(ChainConfiguration calldata configuration) external view returns (address);

    function sharedBridge() external view returns (address);

    /// @notice Equal to `sharedBridge`.
    function assetRouter() external view returns (address);

    /// @notice The registry of Transaction Roots.
    function messageRoot() external view returns (address);

    function L1_CHAIN_ID() external view returns (uint256);

    /// @notice The chain on which a chain settles.
    function settlementLayer(uint256 chainId) external view returns (uint256);

    /// @notice Checks that an executed batch of the chain sent this message.
    function proveL2MessageInclusion(
        uint256 chainId,
        uint256 batchNumber,
        uint256 index,
        L2Message calldata message,
        bytes32[] calldata proof
    ) external view returns (bool);

    /// @notice Checks that an executed batch of the chain has this log. The log that is all zeros means none,
    /// and is in no batch.
    function proveL2LogInclusion(
        uint256 chainId,
        uint256 batchNumber,
        uint256 index,
        L2Log calldata log,
        bytes32[] calldata proof
    ) external view returns (bool);

    /// @notice Checks that an executed batch of the chain logged this result (0 failure, 1 success) of an
    /// operation.
    function proveL1ToL2TransactionStatus(
        uint256 chainId,
        bytes32 l2TxHash,
        uint256 l2BatchNumber,
        uint256 l2MessageIndex,
        uint16 l2TxNumberInBatch,
        bytes32[] calldata merkleProof,
        uint8 status
    ) external view returns (bool);
}
