// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IL2ToL2CrossDomainMessenger} from "../../interfaces/bridges/superchain/IL2ToL2CrossDomainMessenger.sol";
import {ISuperchainTokenBridge} from "../../interfaces/bridges/superchain/ISuperchainTokenBridge.sol";
import {IBridgedToken, IERC7802} from "../../interfaces/l2/IBridgedToken.sol";
import {SuperchainPredeploys} from "./SuperchainPredeploys.sol";

/// @notice See {ISuperchainTokenBridge}.
contract SuperchainTokenBridge is ISuperchainTokenBridge {
    IL2ToL2CrossDomainMessenger private constant MESSENGER = IL2ToL2CrossDomainMessenger(SuperchainPredeploys.MESSENGER);
    bytes4 private constant IERC165_ID = 0x01ffc9a7;

    /// @inheritdoc ISuperchainTokenBridge
    function sendERC20(address token, address to, uint256 amount, uint256 chainId) external returns (bytes32 hash) {
        if (to == address(0)) revert ZeroAddress();
        if (!_isBridged(token)) revert InvalidERC7802();
        IERC7802(token).crosschainBurn(msg.sender, amount);
        bytes memory message = abi.encodeCall(this.relayERC20, (token, msg.sender, to, amount));
        hash = MESSENGER.sendMessage(chainId, address(this), message);
        emit SendERC20(token, msg.sender, to, amount, chainId);
    }

    /// @inheritdoc ISuperchainTokenBridge
    function relayERC20(address token, address from, address to, uint256 amount) external {
        if (msg.sender != address(MESSENGER)) revert Unauthorized();
        (address sender, uint256 source) = MESSENGER.crossDomainMessageContext();
        if (sender != address(this)) revert InvalidCrossDomainSender();
        IERC7802(token).crosschainMint(to, amount);
        emit RelayERC20(token, from, to, amount, source);
    }

    function _isBridged(address token) private view returns (bool) {
        return token.code.length != 0 && _supports(token, IERC165_ID) && !_supports(token, 0xffffffff)
            && _supports(token, type(IERC7802).interfaceId);
    }

    function _supports(address token, bytes4 interfaceId) private view returns (bool) {
        try IBridgedToken(token).supportsInterface{gas: 30_000}(interfaceId) returns (bool supported) {
            return supported;
        } catch {
            return false;
        }
    }
}
