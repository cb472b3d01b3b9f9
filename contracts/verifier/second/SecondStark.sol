// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStarkVerifier} from "../../interfaces/IStarkVerifier.sol";
import {IStateTransitionVerifier, StateTransition} from "../../interfaces/IStateTransitionVerifier.sol";
import {Description, SystemDescription} from "./Description.sol";
import {Evaluation, SecondConstraints} from "./SecondConstraints.sol";
import {SecondField} from "./SecondField.sol";
import {SecondFri} from "./SecondFri.sol";
import {SecondMemory} from "./SecondMemory.sol";
import {ProofState, SecondOpenings} from "./SecondOpenings.sol";
import {SecondTranscript} from "./SecondTranscript.sol";

/// @title Second verifier of state transitions
/// @notice Written from the description of proofs (docs/prover.md) by an author who had not read the first verifier or its
/// generator. It interprets a description of the system, in the code of a data contract, and checks the same proofs in the
/// same order; its errors are those of IStarkVerifier.
/// @dev Both verifiers share, and so cannot catch in each other, the system's definition, the statement's bytes,
/// keccak256 and the compiler. `unchecked`: addresses, counts and numbers of bits are below 2^32; lanes are bounded as in
/// `SecondField`.
contract SecondStark is IStateTransitionVerifier {
    /// @notice Data contract whose code describes the system.
    address public immutable description;
    /// @notice Hash of the description's code.
    bytes32 public immutable descriptionHash;

    uint256 private constant ELEMENT_BYTES = 20;
    uint256 private constant DEGREE = 5;
    uint256 private constant NONCE_BYTES = 8;

    constructor(address description_, bytes32 descriptionHash_) {
        description = description_;
        descriptionHash = descriptionHash_;
        Description.read(description_, descriptionHash_);
    }

    /// @inheritdoc IStateTransitionVerifier
    function verify(StateTransition calldata statement, bytes calldata proof) external view returns (bool) {
        SystemDescription memory d = Description.read(description, descriptionHash);
        ProofState memory s;
        bytes memory copy = proof;
        _readHead(d, s, copy);
        bytes memory statementBytes = abi.encodePacked(
            statement.commitment,
            statement.oldStateRoot,
            statement.newStateRoot,
            statement.diffDigest,
            statement.point,
            statement.evaluation,
            statement.outputsHash
        );
        _readStatement(d, s, statementBytes);
        bytes32 state = _drawChallenges(d, s, keccak256(statementBytes));
        _readElements(d, s);
        _checkConstraints(d, s);
        _drawPositions(d, s, state);
        SecondOpenings.check(d, s);
        SecondFri.check(d, s);
        if (s.cursor != s.end) revert IStarkVerifier.MalformedProof();
        SecondFri.checkFinal(d, s);
        return true;
    }

    /// @dev Finds the parts of the proof in front of its openings. Reverts MalformedProof.
    function _readHead(SystemDescription memory d, ProofState memory s, bytes memory proof) private pure {
        uint256 cursor;
        assembly ("memory-safe") {
            cursor := add(proof, 32)
        }
        s.end = cursor + proof.length;
        if (proof.length < 2 || uint8(proof[0]) != d.version) revert IStarkVerifier.MalformedProof();
        s.logRows = uint8(proof[1]);
        if (s.logRows < d.minLogRows || s.logRows > d.maxLogRows) revert IStarkVerifier.MalformedProof();
        if (s.logRows > d.logFinalMax) s.layerCount = (s.logRows - d.logFinalMax + d.logArity - 1) / d.logArity;
        s.auxiliary = cursor + 2;
        s.mainRoot = s.auxiliary + 4 * d.auxiliaryCount;
        s.quotientRoot = s.mainRoot + d.digestBytes;
        s.openings = s.quotientRoot + d.digestBytes;
        uint256 columns = d.mainWidth + DEGREE * d.chunkCount;
        s.friRoots = s.openings + DEGREE * (SecondMemory.packedLength(columns) + SecondMemory.packedLength(d.nextWidth));
        s.finalPolynomial = s.friRoots + d.digestBytes * s.layerCount;
        s.nonce = s.finalPolynomial + (ELEMENT_BYTES << (s.logRows - d.logArity * s.layerCount));
        s.cursor = s.nonce + NONCE_BYTES;
        if (s.cursor > s.end) revert IStarkVerifier.MalformedProof();
    }

    /// @dev Public values from their sources: of the statement's bytes an element, 16 bits, or a coordinate of a power of the
    /// element of the extension at an offset. Auxiliary ones are read with the proof's elements. Reverts BadStatement.
    function _readStatement(SystemDescription memory d, ProofState memory s, bytes memory statement) private pure {
        s.publics = SecondMemory.allocate(d.publicCount);
        uint256 from;
        assembly ("memory-safe") {
            from := add(statement, 32)
        }
        for (uint256 i = 0; i < d.publicCount; ++i) {
            uint256 source = SecondMemory.load(d.publics + 3 * i) >> 232;
            uint256 kind = source >> 16;
            uint256 cursor = from + (source & 0xffff);
            uint256 value;
            if (kind == 0) value = _element(cursor);
            else if (kind == 1) value = SecondMemory.load(cursor) >> 240;
            else if (kind < 128) value = _powerCoordinate(cursor, kind / 8, kind % 8);
            SecondMemory.store(s.publics + 32 * i, value);
        }
    }

    function _element(uint256 cursor) private pure returns (uint256 value) {
        value = SecondMemory.load(cursor) >> 224;
        if (value >= SecondField.P) revert IStarkVerifier.BadStatement();
    }

    /// @dev Coordinate of the power of an extension element of the statement, five numbers of four bytes.
    function _powerCoordinate(uint256 cursor, uint256 exponent, uint256 coordinate) private pure returns (uint256) {
        unchecked {
            uint256 base = 0;
            for (uint256 i = 0; i < DEGREE; ++i) base |= _element(cursor + 4 * i) << (51 * i);
            uint256 power = base;
            for (uint256 i = 1; i < exponent; ++i) power = SecondField.mul(power, base);
            return (power >> (51 * coordinate)) & SecondField.LANE_MASK;
        }
    }

    /// @dev Everything up to the nonce enters the transcript, without a check.
    function _drawChallenges(
        SystemDescription memory d,
        ProofState memory s,
        bytes32 statementHash
    ) private pure returns (bytes32 state) {
        uint256 start = SecondMemory.free();
        uint256 headBytes = 2 + 4 * d.auxiliaryCount;
        uint256 header = s.auxiliary - 2;
        bytes32 key = d.keyDigest;
        assembly ("memory-safe") {
            mstore(start, key)
            mstore(add(start, 32), statementHash)
            mcopy(add(start, 64), header, headBytes)
            state := keccak256(start, add(64, headBytes))
        }
        state = SecondTranscript.absorb(state, s.mainRoot, d.digestBytes);
        s.alpha = SecondTranscript.challenge(state);
        state = SecondTranscript.absorb(state, s.quotientRoot, d.digestBytes);
        s.point = SecondTranscript.challenge(state);
        state = SecondTranscript.absorb(state, s.openings, s.friRoots - s.openings);
        s.deep = SecondTranscript.challenge(state);
        s.folds = SecondMemory.allocate(s.layerCount);
        for (uint256 i = 0; i < s.layerCount; ++i) {
            state = SecondTranscript.absorb(state, s.friRoots + d.digestBytes * i, d.digestBytes);
            SecondMemory.store(s.folds + 32 * i, SecondTranscript.challenge(state));
        }
        state = SecondTranscript.absorb(state, s.finalPolynomial, s.nonce - s.finalPolynomial);
    }

    /// @dev Elements in the order of the proof. Reverts MalformedProof for a padding bit, NonCanonicalElement.
    function _readElements(SystemDescription memory d, ProofState memory s) private pure {
        unchecked {
            uint256 first = d.publicCount - d.auxiliaryCount;
            for (uint256 i = 0; i < d.auxiliaryCount; ++i) {
                uint256 value = SecondMemory.load(s.auxiliary + 4 * i) >> 224;
                if (value >= SecondField.P) revert IStarkVerifier.NonCanonicalElement();
                SecondMemory.store(s.publics + 32 * (first + i), value);
            }
            uint256 columns = d.mainWidth + DEGREE * d.chunkCount;
            s.atPoint = _readOpenings(s.openings, columns);
            s.atNext = _readOpenings(s.openings + DEGREE * SecondMemory.packedLength(columns), d.nextWidth);
            uint256 count = 1 << (s.logRows - d.logArity * s.layerCount);
            SecondMemory.requireExtensionPadding(s.finalPolynomial, count);
            uint256 coefficients = SecondMemory.allocate(2 * count);
            for (uint256 i = 0; i < count; ++i) {
                uint256 element = SecondMemory.unpack(s.finalPolynomial + ELEMENT_BYTES * i);
                (uint256 low, uint256 high) = SecondField.widen(element);
                SecondMemory.store(coefficients + 64 * i, low);
                SecondMemory.store(coefficients + 64 * i + 32, high);
            }
            s.finalPolynomial = coefficients;
        }
    }

    /// @dev Values at one point: coordinate after coordinate, each packed.
    function _readOpenings(uint256 cursor, uint256 count) private pure returns (uint256 values) {
        unchecked {
            uint256 length = SecondMemory.packedLength(count);
            values = SecondMemory.allocate(count);
            for (uint256 i = 0; i < count; ++i) SecondMemory.store(values + 32 * i, 0);
            for (uint256 c = 0; c < DEGREE; ++c) SecondMemory.requirePadding(cursor + length * c, count);
            for (uint256 c = 0; c < DEGREE; ++c) SecondMemory.addOpenings(cursor + length * c, count, values, 51 * c);
        }
    }

    /// @dev Σ αⁱ · selectorᵢ(z) · constraintᵢ(z) = (zⁿ − 1) · Q(z). Reverts PointInDomain, ConstraintMismatch.
    function _checkConstraints(SystemDescription memory d, ProofState memory s) private pure {
        uint256 zn = SecondField.powerOfTwo(s.point, s.logRows);
        uint256 logDomain = s.logRows + d.logBlowup;
        uint256 onDomain = SecondField.basePower(SecondField.GENERATOR, 1 << logDomain);
        if (zn == 1 || SecondField.powerOfTwo(zn, d.logBlowup) == onDomain) revert IStarkVerifier.PointInDomain();
        Evaluation memory e;
        e.instructions = d.instructions;
        e.gadgets = d.gadgets;
        e.alpha = s.alpha;
        e.selectors = _selectors(s, SecondField.sub(zn, 1));
        uint256 inputs = d.mainWidth + DEGREE * d.chunkCount + d.nextWidth + d.publicCount;
        uint256 sum = SecondConstraints.evaluate(e, d.instructionCount, _frame(d, s), inputs);
        if (sum != SecondField.mul(SecondField.sub(zn, 1), _quotient(d, s, zn))) revert IStarkVerifier.ConstraintMismatch();
    }

    /// @dev Inputs of the system's frame, in free memory.
    function _frame(SystemDescription memory d, ProofState memory s) private pure returns (uint256 frame) {
        frame = SecondMemory.free();
        uint256 columns = 32 * (d.mainWidth + DEGREE * d.chunkCount);
        uint256 next = 32 * d.nextWidth;
        SecondMemory.copy(s.atPoint, frame, columns);
        SecondMemory.copy(s.atNext, frame + columns, next);
        SecondMemory.copy(s.publics, frame + columns + next, 32 * d.publicCount);
    }

    /// @dev 1; z − g⁻¹; (zⁿ − 1)/(z − 1); (zⁿ − 1)/(z − g⁻¹).
    function _selectors(ProofState memory s, uint256 vanishing) private pure returns (uint256 cursor) {
        cursor = SecondMemory.allocate(4);
        uint256 last = SecondField.baseInverse(SecondField.rootOfUnity(s.logRows));
        uint256 transition = SecondField.sub(s.point, last);
        SecondMemory.store(cursor, 1);
        SecondMemory.store(cursor + 32, transition);
        SecondMemory.store(cursor + 64, SecondField.sub(s.point, 1));
        SecondMemory.store(cursor + 96, transition);
        SecondOpenings.invertAll(cursor + 64, 2);
        SecondMemory.store(cursor + 64, SecondField.mul(vanishing, SecondMemory.load(cursor + 64)));
        SecondMemory.store(cursor + 96, SecondField.mul(vanishing, SecondMemory.load(cursor + 96)));
    }

    /// @dev Q(z) = Σⱼ z^(jn) · Σ_c X^c · value of chunk j's coordinate c, highest power first.
    function _quotient(SystemDescription memory d, ProofState memory s, uint256 zn) private pure returns (uint256 sum) {
        unchecked {
            for (uint256 chunk = d.chunkCount; chunk != 0; --chunk) {
                uint256 cursor = s.atPoint + 32 * (d.mainWidth + DEGREE * (chunk - 1));
                uint256 value = 0;
                for (uint256 c = DEGREE; c != 0; --c)
                    value = SecondField.mul(value, SecondField.X) + SecondMemory.load(cursor + 32 * c - 32);
                sum = SecondField.mul(sum, zn) + value;
            }
            sum = SecondField.reduce(sum);
        }
    }

    /// @dev Reverts GrindingTooWeak, PositionsExhausted.
    function _drawPositions(SystemDescription memory d, ProofState memory s, bytes32 state) private pure {
        uint256 bits = d.grindingBits;
        if (s.logRows > d.grindingBaseLogRows) bits += s.logRows - d.grindingBaseLogRows;
        state = SecondTranscript.absorb(state, s.nonce, NONCE_BYTES);
        if (uint256(state) >> (256 - bits) != 0) revert IStarkVerifier.GrindingTooWeak();
        s.count = d.queryCount;
        s.positions = SecondTranscript.positions(state, s.logRows + d.logBlowup, d.queryCount);
    }
}
