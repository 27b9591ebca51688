"""WeChat's web authorisation inside the WeChat app, as a provider of allauth."""
