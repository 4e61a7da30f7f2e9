{
  "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
  "verificationMaterial": {
    "publicKey": {
      "hint": "cca98c1f7a458bfb812c7a0a101a873a25a4a02d2738a6a9919276d59c5ae6f5"
    },
    "tlogEntries": []
  },
  "dsseEnvelope": {
    "payload": "eyJfdHlwZSI6Imh0dHBzOi8vaW4tdG90by5pby9TdGF0ZW1lbnQvdjEiLCJwcmVkaWNhdGUiOnsicmVzb3VyY2VzIjpbeyJhbGdvcml0aG0iOiJzaGEyNTYiLCJkaWdlc3QiOiIyNWEwYTJlYzEzMjQ2YmUxYTM2YzZlOWEwM2I5MTE4ZGY0NjJjNzE2YTAwNWRlZTE0NDVhZGZhNzA4YjhhMDVkIiwibmFtZSI6ImZyYXVkLmpzb24ifV0sInNlcmlhbGl6YXRpb24iOnsiYWxsb3dfc3ltbGlua3MiOmZhbHNlLCJoYXNoX3R5cGUiOiJzaGEyNTYiLCJpZ25vcmVfcGF0aHMiOlsiLmdpdCIsIi5naXRhdHRyaWJ1dGVzIiwiLmdpdGh1YiIsIi5naXRpZ25vcmUiXSwibWV0aG9kIjoiZmlsZXMifX0sInByZWRpY2F0ZVR5cGUiOiJodHRwczovL21vZGVsX3NpZ25pbmcvc2lnbmF0dXJlL3YxLjAiLCJzdWJqZWN0IjpbeyJkaWdlc3QiOnsic2hhMjU2IjoiMGJkN2I4MjRiODczZWM5MmM2NzllYmExYzgzYzI2ZDliMTQ5NmJhY2RlMTE1MGNlNTM0ODQzNDIyNzFkZDliYSJ9LCJuYW1lIjoiZnJhdWQuanNvbiJ9XX0=",
    "payloadType": "application/vnd.in-toto+json",
    "signatures": [
      {
        "sig": "MEQCIBqHKWF6KBm57Sm5byleIkATHxl7fWLSU7ktsYfq0xQ9AiACMz2adYIimad0TejpQ2NEnmD+8yl4at/pHfTN8QAIUw==",
        "keyid": ""
      }
    ]
  }
}

