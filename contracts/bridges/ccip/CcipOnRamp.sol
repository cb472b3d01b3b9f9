// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    CcipHeader,
    CcipRampMessage,
    CcipRequest,
    CcipTokenAmount,
    CcipTokenTransfer,
    ICcipPool,
    LockOrBurnIn,
    LockOrBurnOut
} from "../../interfaces/bridges/ccip/ICcip.sol";
import {ICcipRamps} from "../../interfaces/bridges/ccip/ICcipRamps.sol";
import {TokenTransfer} from "../../libraries/TokenTransfer.sol";
import {CcipLane} from "./CcipLane.sol";
import {ExactCall} from "./ExactCall.sol";

/// @notice Sending end of the ramps: see {ICcipRamps}.
abstract contract CcipOnRamp is CcipLane {
    uint256 private constant MAX_GAS = 5_000_000;
    uint256 private constant MAX_DATA = 30_000;
    uint256 private constant MAX_TOKENS = 1;
    uint256 private constant MAX_POOL_DATA = 32;
    uint256 private constant DEFAULT_GAS = 200_000;
    /// @dev Addresses below are those of precompiled contracts, or kept for them.
    uint256 private constant FIRST_ADDRESS = 1024;
    bytes4 private constant ARGS_V1 = 0x97a657c9;
    bytes4 private constant ARGS_V2 = 0x181dcf10;

    address internal immutable wrappedNative;
    address internal immutable link;
    /// @inheritdoc ICcipRamps
    mapping(uint64 destChainSelector => uint256 weiPerGas) public priceOf;
    /// @inheritdoc ICcipRamps
    mapping(uint64 chainSelector => bool) public sharesCoin;
    mapping(uint64 destChainSelector => uint64) internal sequenceNumbers;
    uint64[] private priced;
    /// @inheritdoc ICcipRamps
    mapping(uint64 destChainSelector => mapping(address sender => uint64)) public getOutboundNonce;

    constructor(address wrappedNative_, address link_) {
        wrappedNative = wrappedNative_;
        link = link_;
    }

    /// @inheritdoc ICcipRamps
    function forwardFromRouter(uint64 dest, CcipRequest calldata request, uint256 fee, address sender)
        external
        returns (bytes32 id)
    {
        if (msg.sender != address(router)) revert MustBeCalledByRouter();
        (uint256 gasLimit, bool isUnordered) = _check(dest, request);
        // Numbered before any stranger's code runs: a message that a pool sends meanwhile is the next one.
        CcipHeader memory header = CcipHeader({
            messageId: 0,
            sourceChainSelector: selector,
            destChainSelector: dest,
            sequenceNumber: ++sequenceNumbers[dest],
            nonce: isUnordered ? 0 : ++getOutboundNonce[dest][sender]
        });
        CcipRampMessage memory message = CcipRampMessage({
            header: header,
            sender: sender,
            data: request.data,
            receiver: request.receiver,
            extraArgs: abi.encodeWithSelector(ARGS_V2, gasLimit, isUnordered),
            feeToken: request.feeToken,
            feeTokenAmount: fee,
            feeValueJuels: fee,
            tokenAmounts: new CcipTokenTransfer[](request.tokenAmounts.length)
        });
        for (uint256 i = 0; i < request.tokenAmounts.length; ++i) {
            message.tokenAmounts[i] = _lockOrBurn(dest, request.receiver, sender, request.tokenAmounts[i]);
        }
        id = _idOf(message);
        message.header.messageId = id;
        emit CCIPMessageSent(dest, header.sequenceNumber, message);
        _pass(dest, abi.encode(header.sequenceNumber, id));
    }

    /// @inheritdoc ICcipRamps
    function setPrice(uint64 dest, uint256 weiPerGas, bool sharesCoin_) external onlyOperator {
        bool isKnown = false;
        for (uint256 i = 0; i < priced.length && !isKnown; ++i) isKnown = priced[i] == dest;
        if (!isKnown) priced.push(dest);
        priceOf[dest] = weiPerGas;
        sharesCoin[dest] = sharesCoin_;
        emit PriceSet(dest, weiPerGas, sharesCoin_);
    }

    /// @inheritdoc ICcipRamps
    function withdrawFee(address token, address to, uint256 amount) external onlyOperator {
        emit FeeTokenWithdrawn(to, token, amount);
        TokenTransfer.sendToken(token, to, amount, gasleft());
    }

    /// @inheritdoc ICcipRamps
    function getFee(uint64 dest, CcipRequest calldata request) external view returns (uint256) {
        (uint256 gasLimit,) = _check(dest, request);
        uint256 executed = EXECUTION_GAS + request.tokenAmounts.length * POOL_GAS + BYTE_GAS * request.data.length;
        return (RECORD_GAS + PUBDATA_GAS + executed + gasLimit) * priceOf[dest];
    }

    /// @inheritdoc ICcipRamps
    function lanes() external view returns (uint64[] memory) {
        return priced;
    }

    /// @inheritdoc ICcipRamps
    function payNops() external pure {
        revert NoNodeOperators();
    }

    /// @inheritdoc ICcipRamps
    function getExpectedNextSequenceNumber(uint64 dest) external view returns (uint64) {
        return sequenceNumbers[dest] + 1;
    }

    /// @inheritdoc ICcipRamps
    function getPoolBySourceToken(uint64, address token) public view returns (address) {
        return registry.getPool(token);
    }

    function _lockOrBurn(uint64 dest, bytes calldata receiver, address sender, CcipTokenAmount calldata tokens)
        private
        returns (CcipTokenTransfer memory)
    {
        (address token, uint256 amount) = (tokens.token, tokens.amount);
        if (amount == 0) revert CannotSendZeroTokens();
        address pool = getPoolBySourceToken(dest, token);
        if (!ExactCall.hasInterface(pool, POOL_V1)) revert UnsupportedToken(token);
        LockOrBurnOut memory out = ICcipPool(pool).lockOrBurn(LockOrBurnIn(receiver, dest, sender, amount, token));
        _requireAddress(out.destTokenAddress);
        if (out.destPoolData.length > MAX_POOL_DATA) revert SourceTokenDataTooLarge(token);
        return CcipTokenTransfer(pool, out.destTokenAddress, out.destPoolData, amount, abi.encode(POOL_GAS));
    }

    /// @dev All that can be said of a message before its tokens move.
    function _check(uint64 dest, CcipRequest calldata request) private view returns (uint256 gasLimit, bool isUnordered) {
        _requireOpen(dest);
        _requireUncursed(dest);
        if (request.feeToken != wrappedNative && request.feeToken != link) {
            revert FeeTokenNotSupported(request.feeToken);
        }
        _requireAddress(request.receiver);
        if (request.data.length > MAX_DATA) revert MessageTooLarge(MAX_DATA, request.data.length);
        uint256 tokens = request.tokenAmounts.length;
        if (tokens > MAX_TOKENS) revert UnsupportedNumberOfTokens(tokens, MAX_TOKENS);
        (gasLimit, isUnordered) = _argsIn(request.extraArgs);
        if (gasLimit > MAX_GAS) revert MessageGasLimitTooHigh();
    }

    function _argsIn(bytes calldata extraArgs) private pure returns (uint256 gasLimit, bool isUnordered) {
        if (extraArgs.length == 0) return (DEFAULT_GAS, false);
        bytes4 tag = bytes4(extraArgs);
        if (tag != ARGS_V1 && tag != ARGS_V2) revert InvalidExtraArgsTag();
        if (extraArgs.length != (tag == ARGS_V1 ? 36 : 68)) revert InvalidExtraArgsData();
        gasLimit = uint256(bytes32(extraArgs[4:36]));
        if (tag == ARGS_V1) return (gasLimit, false);
        uint256 flag = uint256(bytes32(extraArgs[36:68]));
        if (flag > 1) revert InvalidExtraArgsData();
        isUnordered = flag == 1;
    }

    function _requireAddress(bytes memory word) private pure {
        if (word.length != 32) revert InvalidEVMAddress(word);
        uint256 account = uint256(bytes32(word));
        if (account < FIRST_ADDRESS || account > type(uint160).max) revert InvalidEVMAddress(word);
    }
}
