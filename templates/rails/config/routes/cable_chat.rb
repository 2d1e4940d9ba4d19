# frozen_string_literal: true

get "chat", to: "cable_chat/chats#show", as: :cable_chat
post "cable_chat/token", to: "cable_chat/tokens#create", as: :cable_chat_token
post "cable_chat/actions", to: "cable_chat/actions#create", as: :cable_chat_actions
