// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CcipDelivery, CcipOffRamp, CcipRequest, ICcipReceiver} from "../../interfaces/bridges/ccip/ICcip.sol";
import {ICcipCoin} from "../../interfaces/bridges/ccip/ICcipCoin.sol";
import {ICcipRamps} from "../../interfaces/bridges/ccip/ICcipRamps.sol";
import {ICcipRmn} from "../../interfaces/bridges/ccip/ICcipRmn.sol";
import {ICcipRouter} from "../../interfaces/bridges/ccip/ICcipRouter.sol";
import {TokenTransfer} from "../../libraries/TokenTransfer.sol";
import {ExactCall} from "./ExactCall.sol";

/// @notice See {ICcipRouter}.
contract CcipRouter is ICcipRouter {
    bytes4 private constant TRANSFER_FROM = 0x23b872dd;

    ICcipRamps private immutable ramps;
    ICcipCoin private immutable wrapped;
    ICcipRmn private immutable rmn;

    constructor(ICcipRamps ramps_, ICcipCoin wrapped_, ICcipRmn rmn_) {
        ramps = ramps_;
        wrapped = wrapped_;
        rmn = rmn_;
    }

    /// @inheritdoc ICcipRouter
    function ccipSend(uint64 destChainSelector, CcipRequest calldata message) external payable returns (bytes32) {
        if (rmn.isCursed()) revert BadARMSignal();
        CcipRequest memory asked = _asked(destChainSelector, message);
        uint256 fee = ramps.getFee(destChainSelector, asked);
        if (message.feeToken == address(0)) {
            if (msg.value < fee) revert InsufficientFeeTokenAmount();
            fee = msg.value;
            wrapped.deposit{value: fee}();
            TokenTransfer.sendToken(address(wrapped), address(ramps), fee, gasleft());
        } else {
            if (msg.value != 0) revert InvalidMsgValue();
            _move(message.feeToken, address(ramps), fee);
        }
        for (uint256 i = 0; i < message.tokenAmounts.length; ++i) {
            address token = message.tokenAmounts[i].token;
            address pool = ramps.getPoolBySourceToken(destChainSelector, token);
            if (pool == address(0)) revert ICcipRamps.UnsupportedToken(token);
            _move(token, pool, message.tokenAmounts[i].amount);
        }
        return ramps.forwardFromRouter(destChainSelector, asked, fee, msg.sender);
    }

    /// @inheritdoc ICcipRouter
    function routeMessage(CcipDelivery calldata message, uint16, uint256 gasLimit, address receiver)
        external
        returns (bool success, bytes memory returnData, uint256 gasUsed)
    {
        if (!isOffRamp(message.sourceChainSelector, msg.sender)) revert OnlyOffRamp();
        bytes memory data = abi.encodeCall(ICcipReceiver.ccipReceive, (message));
        (success, returnData, gasUsed) = ExactCall.run(receiver, data, gasLimit);
        emit MessageExecuted(message.messageId, message.sourceChainSelector, msg.sender, keccak256(data));
    }

    /// @inheritdoc ICcipRouter
    function getFee(uint64 destChainSelector, CcipRequest calldata message) external view returns (uint256) {
        return ramps.getFee(destChainSelector, _asked(destChainSelector, message));
    }

    /// @inheritdoc ICcipRouter
    function isChainSupported(uint64 chainSelector) external view returns (bool) {
        return getOnRamp(chainSelector) != address(0);
    }

    /// @inheritdoc ICcipRouter
    function getOffRamps() external view returns (CcipOffRamp[] memory offRamps) {
        uint64[] memory lanes = ramps.lanes();
        uint256 count = 0;
        for (uint256 i = 0; i < lanes.length; ++i) {
            if (isOffRamp(lanes[i], address(ramps))) lanes[count++] = lanes[i];
        }
        offRamps = new CcipOffRamp[](count);
        for (uint256 i = 0; i < count; ++i) offRamps[i] = CcipOffRamp(lanes[i], address(ramps));
    }

    /// @inheritdoc ICcipRouter
    function getWrappedNative() external view returns (address) {
        return address(wrapped);
    }

    /// @inheritdoc ICcipRouter
    function getArmProxy() external view returns (address) {
        return address(rmn);
    }

    /// @inheritdoc ICcipRouter
    function typeAndVersion() external pure returns (string memory) {
        return "Router 1.2.0";
    }

    /// @inheritdoc ICcipRouter
    function getOnRamp(uint64 destChainSelector) public view returns (address) {
        return ramps.isOpen(ramps.chainOf(destChainSelector)) ? address(ramps) : address(0);
    }

    /// @inheritdoc ICcipRouter
    function isOffRamp(uint64 sourceChainSelector, address offRamp) public view returns (bool) {
        return offRamp == address(ramps) && ramps.chainOf(sourceChainSelector) != 0;
    }

    /// @dev Coins are paid as their wrapped token.
    function _asked(uint64 destChainSelector, CcipRequest calldata message)
        private
        view
        returns (CcipRequest memory asked)
    {
        if (getOnRamp(destChainSelector) == address(0)) revert UnsupportedDestinationChain(destChainSelector);
        asked = message;
        if (asked.feeToken == address(0)) asked.feeToken = address(wrapped);
    }

    /// @dev The sender's, whom the token asks for an allowance of this contract.
    function _move(address token, address to, uint256 amount) private {
        (bool success, bytes memory returned,) =
            ExactCall.run(token, abi.encodeWithSelector(TRANSFER_FROM, msg.sender, to, amount), gasleft());
        bool isDone = success && token.code.length != 0 && (returned.length == 0 || abi.decode(returned, (bool)));
        if (!isDone) revert TokenTransfer.TokenCallFailed(token);
    }
}
