/// The description of a request, field by field.
enum GeminiRequestShape {
    /// - Parameter withTools: false where the version of the interface knows neither tools nor instructions.
    static func request(withTools: Bool) -> GeminiShape {
        var fields: [String: GeminiShape] = [
            "model": .text, "contents": .list(content), "safetySettings": .list(.message { safety }),
            "generationConfig": .message { generation }, "cachedContent": .text, "serviceTier": .text, "store": .flag,
        ]
        if withTools {
            fields["systemInstruction"] = content
            fields["tools"] = .list(.message { tool })
            fields["toolConfig"] = .message { toolConfig }
        }
        return .message { [fields] in fields }
    }

    private static let content = GeminiShape.message { ["role": .text, "parts": .list(.message { part })] }

    /// The kinds of data, one of which a part holds.
    static let kinds = [
        "text", "inlineData", "fileData", "functionCall", "functionResponse", "executableCode", "codeExecutionResult",
    ]

    private static var part: [String: GeminiShape] {
        [
            "text": .text, "thought": .flag, "thoughtSignature": .bytes, "partMetadata": .anyObject,
            "mediaResolution": .anyObject, "videoMetadata": .anyObject,
            "inlineData": .message { ["mimeType": .text, "data": .bytes, "displayName": .text] },
            "fileData": .message { ["mimeType": .text, "fileUri": .text, "displayName": .text] },
            "functionCall": .message { ["id": .text, "name": .text, "args": .anyObject] },
            "functionResponse": .message {
                [
                    "id": .text, "name": .text, "response": .anyObject, "willContinue": .flag, "scheduling": .text,
                    "parts": .anything,
                ]
            },
            "executableCode": .message { ["language": .text, "code": .text, "id": .text] },
            "codeExecutionResult": .message { ["outcome": .text, "output": .text, "id": .text] },
        ]
    }

    private static var tool: [String: GeminiShape] {
        [
            "functionDeclarations": .list(.message { declaration }), "googleSearch": .anyObject,
            "googleSearchRetrieval": .anyObject, "codeExecution": .anyObject, "urlContext": .anyObject,
            "computerUse": .anyObject, "fileSearch": .anyObject, "googleMaps": .anyObject, "mcpServers": .anything,
        ]
    }

    private static var declaration: [String: GeminiShape] {
        [
            "name": .text, "description": .text, "behavior": .text, "parameters": .message { schema },
            "parametersJsonSchema": .anything, "response": .message { schema }, "responseJsonSchema": .anything,
        ]
    }

    /// Google's own part of JSON Schema.
    private static var schema: [String: GeminiShape] {
        let types: Set = ["TYPE_UNSPECIFIED", "STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL"]
        return [
            "type": .choice(type: "Type", types), "format": .text, "title": .text, "description": .text, "nullable": .flag,
            "enum": .list(.text), "maxItems": .anything, "minItems": .anything, "properties": .map(.message { Self.schema }),
            "required": .list(.text), "minProperties": .anything, "maxProperties": .anything, "minLength": .anything,
            "maxLength": .anything, "pattern": .text, "example": .anything, "anyOf": .list(.message { Self.schema }),
            "propertyOrdering": .list(.text), "default": .anything, "items": .message { Self.schema }, "minimum": .number,
            "maximum": .number,
        ]
    }

    private static var toolConfig: [String: GeminiShape] {
        let modes: Set = ["MODE_UNSPECIFIED", "AUTO", "ANY", "NONE", "VALIDATED"]
        return [
            "functionCallingConfig": .message {
                ["mode": .choice(type: "FunctionCallingConfig.Mode", modes), "allowedFunctionNames": .list(.text)]
            },
            "retrievalConfig": .anyObject, "includeServerSideToolInvocations": .flag,
        ]
    }

    private static var generation: [String: GeminiShape] {
        [
            "stopSequences": .list(.text), "responseMimeType": .text, "responseSchema": .message { schema },
            "responseJsonSchema": .anything, "responseModalities": .list(.text), "candidateCount": .integer,
            "maxOutputTokens": .integer, "temperature": .number, "topP": .number, "topK": .number, "seed": .integer,
            "presencePenalty": .number, "frequencyPenalty": .number, "responseLogprobs": .flag, "logprobs": .integer,
            "enableEnhancedCivicAnswers": .flag, "speechConfig": .anyObject, "imageConfig": .anyObject, "mediaResolution": .text,
            "thinkingConfig": .message {
                [
                    "includeThoughts": .flag, "thinkingBudget": .integer,
                    "thinkingLevel": .choice(type: "ThinkingConfig.ThinkingLevel", GeminiThinking.levels),
                ]
            },
        ]
    }

    private static var safety: [String: GeminiShape] {
        let categories: Set = [
            "HARM_CATEGORY_HARASSMENT", "HARM_CATEGORY_HATE_SPEECH", "HARM_CATEGORY_SEXUALLY_EXPLICIT",
            "HARM_CATEGORY_DANGEROUS_CONTENT", "HARM_CATEGORY_CIVIC_INTEGRITY",
        ]
        let thresholds: Set = [
            "HARM_BLOCK_THRESHOLD_UNSPECIFIED", "BLOCK_LOW_AND_ABOVE", "BLOCK_MEDIUM_AND_ABOVE", "BLOCK_ONLY_HIGH", "BLOCK_NONE",
            "OFF",
        ]
        return [
            "category": .choice(type: "HarmCategory", categories),
            "threshold": .choice(type: "SafetySetting.HarmBlockThreshold", thresholds),
        ]
    }
}
