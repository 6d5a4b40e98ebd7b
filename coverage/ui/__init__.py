"""The Streamlit app: shows what the other parts computed, computes nothing itself."""
