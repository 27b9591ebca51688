"""WeChat's web authorisation, as a provider of allauth."""
