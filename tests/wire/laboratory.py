"""A small invented service with every kind of shape and binding, in whichever protocol is asked for."""

from bototape.shapes import parse
from bototape.wire.codec import Codec

PROTOCOLS = ("json", "rest-json", "smithy-rpc-v2-cbor", "query", "ec2", "rest-xml")

_SHAPES = {
    "Sample": {
        "type": "structure",
        "members": {
            "Name": {"shape": "Text", "location": "uri", "locationName": "Name"},
            "Path": {"shape": "Text", "location": "uri", "locationName": "Path"},
            "Page": {"shape": "Integer", "location": "querystring", "locationName": "page"},
            "Kinds": {"shape": "Texts", "location": "querystring", "locationName": "kind"},
            "Owner": {"shape": "Text", "location": "header", "locationName": "x-owner"},
            "Since": {"shape": "Moment", "location": "header", "locationName": "x-since"},
            "Labels": {"shape": "Labels", "location": "headers", "locationName": "x-label-"},
            "Text": {"shape": "Text"},
            "Whole": {"shape": "Integer", "locationName": "whole"},
            "Real": {"shape": "Double"},
            "Flag": {"shape": "Boolean"},
            "When": {"shape": "Moment"},
            "Bytes": {"shape": "Bytes"},
            "List": {"shape": "Texts"},
            "Flat": {"shape": "Texts", "flattened": True},
            "Map": {"shape": "Labels"},
            "Tree": {"shape": "Tree"},
            "Choice": {"shape": "Choice"},
        },
        "required": ["Name", "Path"],
    },
    "Result": {
        "type": "structure",
        "members": {
            "Status": {"shape": "Integer", "location": "statusCode"},
            "Owner": {"shape": "Text", "location": "header", "locationName": "x-owner"},
            "Since": {"shape": "Moment", "location": "header", "locationName": "x-since"},
            "Labels": {"shape": "Labels", "location": "headers", "locationName": "x-label-"},
            "Text": {"shape": "Text"},
            "Whole": {"shape": "Integer", "locationName": "whole"},
            "Real": {"shape": "Double"},
            "Flag": {"shape": "Boolean"},
            "When": {"shape": "Moment"},
            "Bytes": {"shape": "Bytes"},
            "List": {"shape": "Texts"},
            "Flat": {"shape": "Texts", "flattened": True},
            "Map": {"shape": "Labels"},
            "Tree": {"shape": "Tree"},
            "Choice": {"shape": "Choice"},
        },
    },
    "Watched": {"type": "structure", "members": {"Events": {"shape": "Events"}}, "payload": "Events"},
    "Events": {
        "type": "structure",
        "eventstream": True,
        "members": {"Part": {"shape": "Part"}, "Tick": {"shape": "Tick"}, "Broken": {"shape": "Broken"}},
    },
    "Part": {"type": "structure", "event": True, "members": {"Data": {"shape": "Bytes", "eventpayload": True}}},
    "Tick": {
        "type": "structure",
        "event": True,
        "members": {"Count": {"shape": "Integer", "eventheader": True}, "Tree": {"shape": "Tree"}},
    },
    "Tree": {"type": "structure", "members": {"Leaf": {"shape": "Text"}, "Branches": {"shape": "Trees"}}},
    "Trees": {"type": "list", "member": {"shape": "Tree"}},
    "Choice": {"type": "structure", "union": True, "members": {"A": {"shape": "Text"}, "B": {"shape": "Integer"}}},
    "Broken": {
        "type": "structure",
        "members": {"message": {"shape": "Text"}, "Tree": {"shape": "Tree"}},
        "exception": True,
        "error": {"code": "Broken", "httpStatusCode": 409, "senderFault": True},
    },
    "Texts": {"type": "list", "member": {"shape": "Text"}},
    "Labels": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Text"}},
    "Text": {"type": "string"},
    "Integer": {"type": "integer"},
    "Double": {"type": "double"},
    "Boolean": {"type": "boolean"},
    "Moment": {"type": "timestamp"},
    "Bytes": {"type": "blob"},
}


def model(protocol):
    """The ``service-2.json`` of the service in *protocol*."""
    rest = protocol.startswith("rest-")
    uri = "/things/{Name}/at/{Path+}" if rest else "/"
    return {
        "version": "2.0",
        "metadata": {
            "apiVersion": "2020-01-01",
            "endpointPrefix": "laboratory",
            "jsonVersion": "1.1",
            "protocol": protocol,
            "protocols": [protocol],
            "serviceId": "Laboratory",
            "signatureVersion": "v4",
            "targetPrefix": "Laboratory",
            "xmlNamespace": "https://laboratory.example.com/doc/2020-01-01/",
        },
        "operations": {
            "Measure": {
                "name": "Measure",
                "http": {"method": "POST", "requestUri": uri},
                "input": {"shape": "Sample", "locationName": "MeasureRequest"},
                "output": {"shape": "Result", "resultWrapper": "MeasureResult"},
                "errors": [{"shape": "Broken"}],
            },
            "Watch": {
                "name": "Watch",
                "http": {"method": "POST", "requestUri": "/watch" if rest else "/"},
                "output": {"shape": "Watched"},
            },
        },
        "shapes": _SHAPES,
    }


def laboratory(protocol):
    """A codec of the service in *protocol*, and its operation."""
    codec = Codec(parse(model(protocol)))
    return codec, codec.service.operations["Measure"]
