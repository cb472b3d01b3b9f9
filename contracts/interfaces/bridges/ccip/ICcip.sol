// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// What CCIP's published interfaces say to applications, token pools and readers of events: layouts of 1.6.

/// @notice Some of a token.
struct CcipTokenAmount {
    address token;
    uint256 amount;
}

/// @notice Message that an application sends through its router.
/// @param receiver An address as one word.
/// @param feeToken 0 for coins.
/// @param extraArgs Empty for 200,000 gas, or a tag of four bytes with its fields.
struct CcipRequest {
    bytes receiver;
    bytes data;
    CcipTokenAmount[] tokenAmounts;
    address feeToken;
    bytes extraArgs;
}

/// @notice Message in the form that a receiver gets.
/// @param sender An address as one word.
struct CcipDelivery {
    bytes32 messageId;
    uint64 sourceChainSelector;
    bytes sender;
    bytes data;
    CcipTokenAmount[] destTokenAmounts;
}

struct CcipHeader {
    bytes32 messageId;
    uint64 sourceChainSelector;
    uint64 destChainSelector;
    uint64 sequenceNumber;
    uint64 nonce;
}

/// @notice Tokens that a pool has taken.
/// @param destTokenAddress As the pool says, which is its owner's word.
/// @param destExecData The gas that the pool on the destination gets, as one word.
struct CcipTokenTransfer {
    address sourcePoolAddress;
    bytes destTokenAddress;
    bytes extraData;
    uint256 amount;
    bytes destExecData;
}

/// @notice A message as the ramp on its source tells it.
/// @param nonce Of the header: 0 where its order does not matter.
struct CcipRampMessage {
    CcipHeader header;
    address sender;
    bytes data;
    bytes receiver;
    bytes extraArgs;
    address feeToken;
    uint256 feeTokenAmount;
    uint256 feeValueJuels;
    CcipTokenTransfer[] tokenAmounts;
}

/// @notice Configuration of the onramp for CCIP's clients. One contract is all of the parts that have no
/// separate address here.
struct OnRampStaticConfig {
    uint64 chainSelector;
    address rmnRemote;
    address nonceManager;
    address tokenAdminRegistry;
}

/// @param feeAggregator The account that takes the fees.
struct OnRampDynamicConfig {
    address feeQuoter;
    bool reentrancyGuardEntered;
    address messageInterceptor;
    address feeAggregator;
    address allowlistAdmin;
}

/// @notice Configuration of the offramp for CCIP's clients.
/// @param minSeqNr Any message may be the next one: they come one by one.
/// @param onRamp The address as bytes.
struct SourceChainConfig {
    address router;
    bool isEnabled;
    uint64 minSeqNr;
    bool isRMNVerificationDisabled;
    bytes onRamp;
}

/// @notice Offramp in the router's list for CCIP's clients.
struct CcipOffRamp {
    uint64 sourceChainSelector;
    address offRamp;
}

struct LockOrBurnIn {
    bytes receiver;
    uint64 remoteChainSelector;
    address originalSender;
    uint256 amount;
    address localToken;
}

struct LockOrBurnOut {
    bytes destTokenAddress;
    bytes destPoolData;
}

struct ReleaseOrMintIn {
    bytes originalSender;
    uint64 remoteChainSelector;
    address receiver;
    uint256 sourceDenominatedAmount;
    address localToken;
    bytes sourcePoolAddress;
    bytes sourcePoolData;
    bytes offchainTokenData;
}

/// @title A token pool of CCIP's first version
/// @dev Not trusted: it may do anything with the tokens that its users send to it.
interface ICcipPool {
    function lockOrBurn(LockOrBurnIn calldata input) external returns (LockOrBurnOut memory);

    function releaseOrMint(ReleaseOrMintIn calldata input) external returns (uint256 destinationAmount);

    function isSupportedToken(address token) external view returns (bool);

    function supportsInterface(bytes4 interfaceId) external view returns (bool);
}

/// @title An application that receives messages
/// @dev Not trusted.
interface ICcipReceiver {
    function ccipReceive(CcipDelivery calldata message) external;
}
