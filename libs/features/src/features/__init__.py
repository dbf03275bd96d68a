"""Photo bytes in, feature vectors out. Pure: no files, no network, no clock."""

from features.architecture import Embedding, architecture_schema
from features.blocks import Block, OnnxBlock
from features.brightness import mean_brightness
from features.budget import FILE_LIMIT_BYTES, MEMORY_LIMIT_BYTES
from features.corruptions import CORRUPTIONS, Corruption, corrupt_photo
from features.digests import vector_digest
from features.errors import (
    AbsurdDimensions,
    AnimatedPhoto,
    DecodingTooCostly,
    FeaturesError,
    FileTooLarge,
    NotAnImage,
    PhotoRefused,
    PhotoTooSmall,
    SchemaError,
    SchemaMismatch,
    TruncatedPhoto,
    UnknownBlock,
    UnsupportedBitDepth,
    UnsupportedColourMode,
    UnsupportedFormat,
    WeightsMismatch,
    WeightsMissing,
)
from features.extractor import Extractor
from features.fingerprint import difference_hash
from features.formats.photo_header import PhotoWarning
from features.other_pictures import OtherPicture, other_pictures
from features.photo import ENDINGS, Photo, PhotoLimits, read_photo
from features.pixels import verify_photo
from features.schema import BlockSpec, FeatureSchema, PixelSpec

__all__ = [
    "CORRUPTIONS",
    "ENDINGS",
    "FILE_LIMIT_BYTES",
    "MEMORY_LIMIT_BYTES",
    "AbsurdDimensions",
    "AnimatedPhoto",
    "Block",
    "BlockSpec",
    "Corruption",
    "DecodingTooCostly",
    "Embedding",
    "Extractor",
    "FeatureSchema",
    "FeaturesError",
    "FileTooLarge",
    "NotAnImage",
    "OnnxBlock",
    "OtherPicture",
    "Photo",
    "PhotoLimits",
    "PhotoRefused",
    "PhotoTooSmall",
    "PhotoWarning",
    "PixelSpec",
    "SchemaError",
    "SchemaMismatch",
    "TruncatedPhoto",
    "UnknownBlock",
    "UnsupportedBitDepth",
    "UnsupportedColourMode",
    "UnsupportedFormat",
    "WeightsMismatch",
    "WeightsMissing",
    "architecture_schema",
    "corrupt_photo",
    "difference_hash",
    "mean_brightness",
    "other_pictures",
    "read_photo",
    "vector_digest",
    "verify_photo",
]
