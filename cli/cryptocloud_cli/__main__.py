"""``python -m cryptocloud_cli``: the command ``cryptocloud``."""

from cryptocloud_cli.main import main

if __name__ == "__main__":
    main()
